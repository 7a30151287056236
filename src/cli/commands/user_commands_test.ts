import assert from "node:assert/strict";
import type { User } from "../../model/mod.ts";
import type { UserWish } from "../../auth/mod.ts";
import { fakeCli } from "../fake_cli_test.ts";

const ADA: User = {
  role: "operator",
  scope: { jobs: ["shop-*"], metadata: {} },
  password: "a hash",
  createdAt: Date.UTC(2026, 0, 1),
  updatedAt: Date.UTC(2026, 0, 2),
};

/** A command line whose server has one user, and what it was told of users. */
function cliWithUsers() {
  const cli = fakeCli();
  const put: (UserWish & { name: string })[] = [];
  Object.assign(cli.deps.users, {
    all: () => Promise.resolve([{ name: "ada", user: ADA }]),
    put: (name: string, wanted: UserWish) => {
      put.push({ name, ...wanted });
      return Promise.resolve(ADA);
    },
    remove: () => Promise.resolve(ADA),
  });
  return { cli, put };
}

Deno.test("user set takes the password from standard input, and leaves it alone without being told to", async () => {
  const { cli, put } = cliWithUsers();
  cli.files["-"] = "correct horse\n";
  const saved = { code: 0, out: "ada is saved\n", err: "" };
  assert.deepEqual(await cli.run("user", "set", "ada", "--role", "operator", "--password-stdin"), saved);
  assert.deepEqual(await cli.run("user", "set", "ada", "--role", "editor", "--job", "a-*", "--job", "b"), saved);
  assert.deepEqual(put, [
    { name: "ada", role: "operator", scope: null, password: "correct horse" },
    { name: "ada", role: "editor", scope: { jobs: ["a-*", "b"], metadata: {} }, password: null },
  ]);
});

Deno.test("user set refuses a terminal, an unknown role, a short password and an admin of some jobs", async () => {
  const onTerminal = fakeCli({ readsTerminal: () => true });
  const refused = await onTerminal.run("user", "set", "ada", "--role", "viewer", "--password-stdin");
  assert.equal(refused.code, 2);
  assert.match(refused.err, /Cannot read the password of "ada" from a terminal.*--password-stdin < FILE\n$/);
  const { cli, put } = cliWithUsers();
  assert.match((await cli.run("user", "set", "ada", "--role", "boss")).err, /viewer/);
  cli.files["-"] = "short";
  assert.match((await cli.run("user", "set", "ada", "--role", "viewer", "--password-stdin")).err, /10 characters/);
  assert.match((await cli.run("user", "set", "ada", "--role", "admin", "--job", "a")).err, /an admin is of all jobs/);
  assert.deepEqual(put, []);
});

Deno.test("user list shows whom, user delete says who is gone, or that there is none", async () => {
  const { cli } = cliWithUsers();
  const lines = (await cli.run("user", "list")).out.split("\n");
  assert.match(lines[0] ?? "", /^NAME +ROLE +JOBS +MADE +CHANGED$/);
  assert.match(lines[1] ?? "", /^ada +operator +shop-\* +2026-01-01T00:00:00Z +2026-01-02T00:00:00Z$/);
  const listed = (await cli.run("user", "list", "--json")).out;
  assert.equal(JSON.parse(listed)[0].name, "ada");
  assert.ok(!listed.includes("a hash"));
  assert.deepEqual(await cli.run("user", "delete", "ada"), { code: 0, out: "ada is deleted\n", err: "" });
  assert.equal((await fakeCli().run("user", "delete", "none")).code, 3);
});
