import { deepEqual, equal, match, notEqual, ok, rejects, throws } from "node:assert/strict";
import { systemRandom } from "../runtime/mod.ts";
import { SecretKeys } from "./secret_keys.ts";

const newKey = () => systemRandom.bytes(32);
const read = (...lines: string[]) => SecretKeys.read(lines.join("\n"), "a test");

Deno.test("SecretKeys.open() reads what was sealed for the name, and for no other", async () => {
  const keys = await read(newKey().toBase64());
  for (const value of ["x", "\ufeffpäss\n", "y".repeat(32_768)]) {
    const sealed = await keys.seal("A", value, systemRandom);
    equal(await keys.open("A", sealed), value);
    await rejects(
      keys.open("B", sealed),
      /^CarillonError: Cannot read secret "B": it is not as key "[0-9a-f]{12}" has/,
    );
    equal(Uint8Array.fromBase64(sealed.nonce).length, 12);
    const again = await keys.seal("A", value, systemRandom);
    notEqual(again.nonce, sealed.nonce);
    notEqual(again.sealed, sealed.sealed);
  }
});

Deno.test("SecretKeys.open() refuses what was changed, and says which key it lacks", async () => {
  const [first, second] = [await read(newKey().toHex()), await read(newKey().toHex())];
  const sealed = await first.seal("A", "value", systemRandom);
  const bytes = Uint8Array.fromBase64(sealed.sealed);
  for (let i = 0; i < bytes.length; i++) {
    const changed = bytes.with(i, (bytes[i] ?? 0) ^ 1);
    await rejects(first.open("A", { ...sealed, sealed: changed.toBase64() }), { code: "invalid" });
  }
  for (const nonce of ["", "AAAA", "!"]) await rejects(first.open("A", { ...sealed, nonce }), { code: "invalid" });
  await rejects(second.open("A", sealed), new RegExp(`this server has no key "${sealed.keyId}"`));
});

Deno.test("SecretKeys.read() takes hex and both kinds of base64, blank lines and comments; the first key encrypts", async () => {
  const [a, b] = [new Uint8Array(32).fill(251), newKey()];
  const keys = await read("# of 2026", "", `  ${a.toHex().toUpperCase()}\r`, b.toBase64(), "");
  const only = { a: await read(a.toBase64({ alphabet: "base64url", omitPadding: true })), b: await read(b.toHex()) };
  const sealed = await keys.seal("A", "v", systemRandom);
  equal(await only.a.open("A", sealed), "v");
  equal(await keys.open("A", await only.b.seal("A", "w", systemRandom)), "w");
  deepEqual([keys.has(sealed.keyId), only.a.has(sealed.keyId), only.b.has(sealed.keyId)], [true, true, false]);
});

Deno.test("SecretKeys.read() refuses what are no keys and names the line, without showing it", async () => {
  const good = newKey().toBase64();
  const wrong = ["short", newKey().toHex().slice(2), `${newKey().toHex()}00`, systemRandom.bytes(31).toBase64(), "ä"];
  for (const line of wrong) {
    await rejects(read(good, line), (thrown: Error) => {
      match(thrown.message, /^Cannot read keys of secrets from a test: line 2 is not 32 bytes as base64 or hex$/);
      ok(!thrown.message.includes(line));
      return true;
    });
  }
  await rejects(read("", "# none"), /it holds none/);
});

Deno.test("SecretKeys.first() says how to give a server a key", async () => {
  throws(
    () => SecretKeys.none().first("Cannot x"),
    /^CarillonError: Cannot x: .*--secret-key-file FILE or CARILLON_SECRET_KEY/,
  );
  await rejects(SecretKeys.none().seal("A", "v", systemRandom), { code: "invalid" });
});
