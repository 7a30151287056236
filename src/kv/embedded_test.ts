import { deepStrictEqual as equals, ok, rejects } from "node:assert/strict";
import { openEmbedded } from "./mod.ts";

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
