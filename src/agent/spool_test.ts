import { deepEqual, equal } from "node:assert/strict";
import type { Result } from "../model/mod.ts";
import { silentLog } from "../runtime/mod.ts";
import { Spool } from "./spool.ts";

function spooled(execution: string, text: string) {
  const output = { sizeBytes: text.length, truncated: false, inline: null };
  const result: Result = {
    execution,
    uid: "u",
    state: "success",
    exitCode: 0,
    reason: null,
    startedAfterMs: 1,
    finishedAfterMs: 2,
    output,
  };
  return { incarnation: "i", result, chunks: [{ execution, n: 0, data: btoa(text), skippedBytes: 0, live: false }] };
}

async function temporary(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir();
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("Spool.load() answers what was saved and not removed, whatever its ids look like", async () => {
  await using folder = await temporary();
  const spool = new Spool(folder.path, 1e6, silentLog);
  for (const id of ["b", "../a", "c"]) await spool.save(spooled(id, "x"));
  await spool.remove("c");
  deepEqual(await new Spool(folder.path, 1e6, silentLog).load(), [spooled("../a", "x"), spooled("b", "x")]);
});

Deno.test("Spool.save() without room keeps the result and drops its output, and says so", async () => {
  await using folder = await temporary();
  const spool = new Spool(folder.path, 1_000, silentLog);
  await spool.save(spooled("a", "x".repeat(2_000)));
  const [one] = await new Spool(folder.path, 1_000, silentLog).load();
  deepEqual([one?.chunks, one?.result.output.truncated], [[], true]);
});

Deno.test("Spool.load() sets a file aside that it can't read", async () => {
  await using folder = await temporary();
  await Deno.writeTextFile(`${folder.path}/a.json`, "{");
  deepEqual(await new Spool(folder.path, 1e6, silentLog).load(), []);
  equal((await Deno.stat(`${folder.path}/a.json.bad`)).isFile, true);
});
