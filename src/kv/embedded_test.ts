import { deepStrictEqual as equals, ok, rejects } from "node:assert/strict";
import { Change, openEmbedded } from "./mod.ts";

const VALUE = new Uint8Array([1, 2]);

Deno.test("openEmbedded() keeps what was committed for the next opening", async () => {
  const folder = await Deno.makeTempDir();
  const first = await openEmbedded(`${folder}/kv`);
  await first.kv.atomic().set(["a"], VALUE).commit();
  await first.close();
  const second = await openEmbedded(`${folder}/kv`);
  equals((await second.kv.get(["a"])).value, VALUE);
  await second.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("openEmbedded() throws invalid for a file that is no database and leaves it as it was", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, "precious text ".repeat(200));
  await rejects(openEmbedded(path), (thrown: Error) => {
    ok(thrown.message.includes(path));
    return "code" in thrown && thrown.code === "invalid";
  });
  equals(await Deno.readTextFile(path), "precious text ".repeat(200));
  await Deno.remove(path);
});

Deno.test("openEmbedded() throws unavailable where no file can be", async () => {
  await rejects(openEmbedded("/no/such/folder/kv"), { code: "unavailable" });
});

Deno.test("openEmbedded() takes the largest changes that fit, whatever the length of their keys", async () => {
  const engine = await openEmbedded(":memory:");
  const { limits } = engine.profile;
  for (const keyLength of [5, 60, 500]) {
    for (const valueBytes of [30, 900, 9_000]) {
      const change = new Change();
      const next = (n: number) => new Change().set(["k".repeat(keyLength), n], new Uint8Array(valueBytes));
      for (let n = 0; change.fits(limits, next(n)); n++) change.merge(next(n));
      const atomic = engine.kv.atomic();
      for (const { key, value } of change.writes.values()) atomic.set(key, value ?? new Uint8Array());
      ok((await atomic.commit()).ok, `keys of ${keyLength}, values of ${valueBytes} bytes`);
    }
  }
  await engine.close();
});
