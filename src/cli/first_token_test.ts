import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { startCarillon } from "../../tests/support/carillon.ts";
import { seeToFirstToken } from "./first_token.ts";

async function folder() {
  const path = await Deno.makeTempDir({ prefix: "carillon-token-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("seeToFirstToken() shows an admin's token once, or keeps it in a file that its owner alone can read", async () => {
  await using carillon = await startCarillon({ agent: false });
  await using dir = await folder();
  const { tokens } = carillon.server;
  const file = `${dir.path}/admin.token`;
  const shown: string[] = [];
  await seeToFirstToken(tokens, file, (token) => void shown.push(token));
  const text = await Deno.readTextFile(file);
  match(text, /^carillon_api_\S+\n$/);
  equal(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
  await seeToFirstToken(tokens, file, (token) => void shown.push(token));
  await seeToFirstToken(tokens, "", (token) => void shown.push(token));
  deepEqual([shown, await Deno.readTextFile(file)], [[], text]);
  equal((await tokens.holder(text.trim())).token.kind, "api");
});

Deno.test("seeToFirstToken() takes the token in a file for an admin's, at each server that is given it", async () => {
  await using dir = await folder();
  const file = `${dir.path}/admin.token`;
  await using first = await startCarillon({ agent: false });
  await seeToFirstToken(first.server.tokens, file, undefined);
  await using second = await startCarillon({ agent: false });
  const other = await second.server.tokens.createFirst() ?? "";
  await seeToFirstToken(second.server.tokens, file, undefined);
  const { token } = await second.server.tokens.holder((await Deno.readTextFile(file)).trim());
  equal(token.kind === "api" && token.role, "admin");
  await rejects(second.server.tokens.holder(other), { code: "unauthorized" }, "the file is what counts");
});

Deno.test("seeToFirstToken() refuses a file with something else in it, and one that cannot be used", async () => {
  await using carillon = await startCarillon({ agent: false });
  await using dir = await folder();
  const { tokens } = carillon.server;
  const file = `${dir.path}/wrong`;
  for (const text of ["hello", await tokens.createJoin()]) {
    await Deno.writeTextFile(file, text);
    await rejects(seeToFirstToken(tokens, file, undefined), {
      code: "invalid",
      message: /Cannot take the admin token/,
    });
    equal(await Deno.readTextFile(file), text);
  }
  await rejects(seeToFirstToken(tokens, dir.path, undefined), { code: "unavailable", message: /Cannot read/ });
  await rejects(seeToFirstToken(tokens, `${dir.path}/no/x`, undefined), {
    code: "unavailable",
    message: /Cannot write/,
  });
});
