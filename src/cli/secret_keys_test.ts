import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { systemRandom } from "../runtime/mod.ts";
import { readSecretKeys, withoutSecretKey } from "./secret_keys.ts";

const KEY = systemRandom.bytes(32).toBase64();
const noFile = () => Promise.reject(new Error("no such file"));

Deno.test("readSecretKeys() takes a file or the environment, none without either, and not both", async () => {
  const inFile = await readSecretKeys({ env: {}, file: "keys", readText: () => Promise.resolve(`${KEY}\n`) });
  const inEnvironment = await readSecretKeys({ env: { CARILLON_SECRET_KEY: KEY }, file: "", readText: noFile });
  equal(inFile.first("x").id, inEnvironment.first("x").id);
  const none = await readSecretKeys({ env: { CARILLON_SECRET_KEY: "" }, file: "", readText: noFile });
  ok(!none.has(inFile.first("x").id));
  await rejects(
    readSecretKeys({ env: { CARILLON_SECRET_KEY: KEY }, file: "keys", readText: noFile }),
    /Cannot use both --secret-key-file and CARILLON_SECRET_KEY/,
  );
});

Deno.test("readSecretKeys() refuses what is no key and what it cannot read, and shows no key", async () => {
  const wrong = `${KEY}x`;
  const shows = (thrown: Error) => !thrown.message.includes(wrong);
  for (const file of ["", "keys"]) {
    const env: Record<string, string> = file === "" ? { CARILLON_SECRET_KEY: wrong } : {};
    const reading = readSecretKeys({ env, file, readText: () => Promise.resolve(wrong) });
    await rejects(reading, (thrown: Error) => shows(thrown) && /line 1 is not 32 bytes/.test(thrown.message));
  }
  await rejects(readSecretKeys({ env: {}, file: "keys", readText: noFile }), /Cannot read "keys": no such file/);
});

Deno.test("withoutSecretKey() leaves the rest of the environment", () => {
  deepEqual(withoutSecretKey({ A: "1", CARILLON_SECRET_KEY: KEY }), { A: "1" });
});
