import assert from "node:assert/strict";
import type { ApiToken, JoinToken } from "../../model/mod.ts";
import type { NewApiToken, NewJoinToken } from "../../auth/mod.ts";
import { fakeCli } from "../fake_cli_test.ts";

const common = { hash: "h", createdAt: Date.UTC(2026, 0, 1), createdBy: "admin", expiresAt: null };
const api = (name: string, more: Partial<ApiToken> = {}): ApiToken => (
  { kind: "api", ...common, name, role: "editor", scope: null, ...more }
);
const join: JoinToken = { kind: "join", ...common, tags: { role: "web" }, once: true, usedBy: null };

/** A command line whose server has some tokens, and what it was asked for. */
function cliWithTokens() {
  const cli = fakeCli();
  const asked: { created: NewApiToken[]; joins: NewJoinToken[]; revoked: string[] } = {
    created: [],
    joins: [],
    revoked: [],
  };
  const stored = [
    { id: "id-a", token: api("ci", { scope: { jobs: ["shop-*"], metadata: { team: "a" } }, expiresAt: 1 }) },
    { id: "id-b", token: join },
    { id: "id-c", token: { ...api("n1"), role: "viewer" as const } },
    { id: "id-d", token: { kind: "node" as const, ...common, node: "n1", nodeId: "i", tags: {}, former: null } },
  ];
  Object.assign(cli.deps.tokens, {
    all: () => Promise.resolve(stored),
    create: (wanted: NewApiToken) => Promise.resolve(`carillon_api_${asked.created.push(wanted)}`),
    createJoin: (wanted: NewJoinToken) => Promise.resolve(`carillon_join_${asked.joins.push(wanted)}`),
    revoke: (id: string) => Promise.resolve(stored[asked.revoked.push(id) - 1]?.token),
  });
  return { cli, asked };
}

Deno.test("token create prints the token alone, and asks for what its flags say", async () => {
  const { cli, asked } = cliWithTokens();
  const flags = ["--role", "editor", "--job", "a-*", "--job", "b", "--metadata", "team=x=y", "--expires", "90d"];
  assert.deepEqual(await cli.run("token", "create", "ci", ...flags), { code: 0, out: "carillon_api_1\n", err: "" });
  const [wanted] = asked.created;
  assert.deepEqual(wanted?.scope, { jobs: ["a-*", "b"], metadata: { team: "x=y" } });
  assert.deepEqual([wanted?.name, wanted?.role], ["ci", "editor"]);
  assert.ok(Math.abs((wanted?.expiresAt ?? 0) - Date.now() - 90 * 86_400_000) < 60_000);
  await cli.run("token", "create", "root", "--role", "admin");
  assert.deepEqual([asked.created[1]?.scope, asked.created[1]?.expiresAt], [null, null]);
});

Deno.test("token create says what is wrong with its flags", async () => {
  const { cli } = cliWithTokens();
  const wrong: [args: string[], says: RegExp][] = [
    [["x"], /required option '--role <ROLE>'/],
    [["x", "--role", "king"], /viewer, operator, editor, admin/],
    [["x", "--role", "viewer", "--metadata", "team"], /key=value/],
    [["x", "--role", "viewer", "--expires", "soon"], /expires_in.*Cannot read duration "soon"/],
    [["x", "--role", "admin", "--job", "a"], /an admin is of all jobs/],
    [["x y", "--role", "viewer"], /letters, digits/],
  ];
  for (const [args, says] of wrong) {
    const { code, out, err } = await cli.run("token", "create", ...args);
    assert.notEqual(code, 0);
    assert.equal(out, "");
    assert.match(err, says);
  }
});

Deno.test("token list shows whose tokens are, what they are limited to, and when they end", async () => {
  const { cli } = cliWithTokens();
  const lines = (await cli.run("token", "list")).out.split("\n");
  assert.match(lines[0] ?? "", /^NAME +KIND +ROLE +LIMITED TO +EXPIRES +MADE BY +ID$/);
  assert.match(lines[1] ?? "", /^ci +api +editor +shop-\* team=a +expired +admin +id-a$/);
  assert.match(lines[2] ?? "", /^- +join +- +role=web one node +never +admin +id-b$/);
  assert.match(lines[4] ?? "", /^n1 +node +- +- +never +admin +id-d$/);
  assert.equal(JSON.parse((await cli.run("token", "list", "--json")).out)[0].jobs[0], "shop-*");
});

Deno.test("token revoke takes a name or an id, and does not guess", async () => {
  const { cli, asked } = cliWithTokens();
  assert.equal((await cli.run("token", "revoke", "ci")).out, "ci opens nothing any more\n");
  assert.equal((await cli.run("token", "revoke", "id-b")).code, 0);
  assert.deepEqual(asked.revoked, ["id-a", "id-b"]);
  assert.match(
    (await cli.run("token", "revoke", "n1")).err,
    /Cannot tell which token "n1" is.*id-c \(api\), id-d \(node\)/,
  );
  assert.deepEqual((await cli.run("token", "revoke", "nobody")).code, 3);
  assert.equal(asked.revoked.length, 2);
});

Deno.test("join-token create asks for tags, one node, an end", async () => {
  const { cli, asked } = cliWithTokens();
  const flags = ["--tag", "role=web", "--tag", "zone=*", "--once"];
  assert.deepEqual(await cli.run("join-token", "create", ...flags), { code: 0, out: "carillon_join_1\n", err: "" });
  await cli.run("join-token", "create");
  assert.deepEqual(asked.joins, [
    { tags: { role: "web", zone: "*" }, once: true, expiresAt: null },
    { tags: null, once: false, expiresAt: null },
  ]);
});
