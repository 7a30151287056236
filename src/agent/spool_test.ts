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

Deno.test("Spool.save() drops the oldest output beyond its size, says so and how much, and never drops a result", async () => {
  await using folder = await temporary();
  const spool = new Spool(folder.path, 6_000, silentLog);
  const dropped: string[] = [];
  spool.onDropped(({ execution, output }) => output.truncated && dropped.push(execution));
  for (const id of ["a", "b", "c", "d"]) await spool.save(spooled(id, "x".repeat(1_500)));
  deepEqual(dropped, ["a", "b"]);
  const loaded = await new Spool(folder.path, 6_000, silentLog).load();
  deepEqual(
    loaded.map(({ result, chunks }) => [
      result.execution,
      result.output.truncated,
      chunks.map(({ data, skippedBytes }) => data.length + skippedBytes),
    ]),
    [["a", true, [1_500]], ["b", true, [1_500]], ["c", false, [2_000]], ["d", false, [2_000]]],
  );
  deepEqual(spool.read("a"), loaded[0]);
});

Deno.test("Spool.save() drops a short output within a result too, and counts what a former life left", async () => {
  await using folder = await temporary();
  const former = spooled("a", "");
  former.chunks = [];
  await new Spool(folder.path, 1e6, silentLog).save({
    ...former,
    result: { ...former.result, output: { sizeBytes: 3_000, truncated: false, inline: btoa("x".repeat(3_000)) } },
  });
  const spool = new Spool(folder.path, 4_000, silentLog);
  await spool.load();
  await spool.save(spooled("b", "x".repeat(1_000)));
  const [a, b] = await new Spool(folder.path, 4_000, silentLog).load();
  deepEqual(a?.result.output, { sizeBytes: 3_000, truncated: true, inline: null });
  deepEqual([b?.result.output.truncated, b?.chunks.length], [false, 1]);
});

Deno.test("Spool.save() keeps in memory what the disk refuses, and Spool.remove() forgets it", async () => {
  await using folder = await temporary();
  const spool = new Spool(`${folder.path}/missing`, 1e6, silentLog);
  await spool.save(spooled("a", "x"));
  deepEqual(spool.read("a"), spooled("a", "x"));
  await spool.remove("a");
  equal(spool.read("a"), undefined);
});

Deno.test("Spool.load() sets a file aside that it can't read", async () => {
  await using folder = await temporary();
  await Deno.writeTextFile(`${folder.path}/a.json`, "{");
  deepEqual(await new Spool(folder.path, 1e6, silentLog).load(), []);
  equal((await Deno.stat(`${folder.path}/a.json.bad`)).isFile, true);
});
