import assert from "node:assert/strict";
import type { SecretInfo } from "../../model/mod.ts";
import type { NewSecret } from "../../secret/mod.ts";
import { fakeCli } from "../fake_cli_test.ts";

const A: SecretInfo = {
  name: "A",
  jobs: ["backup-*", "x"],
  selectors: [{ role: "web", zone: "a" }, { role: "db" }],
  keyId: "0123456789ab",
  readable: true,
  updatedAt: Date.UTC(2026, 0, 1),
  updatedBy: "alice",
};
const B: SecretInfo = { ...A, name: "B", jobs: [], selectors: [], readable: false };

/** A command line whose server has some secrets, and what it was told to keep. */
function cliWithSecrets() {
  const cli = fakeCli();
  const kept: (NewSecret & { name: string })[] = [];
  Object.assign(cli.deps.secrets, {
    all: () => Promise.resolve([A, B]),
    put: (name: string, wanted: NewSecret) => {
      kept.push({ name, ...wanted });
      return Promise.resolve(A);
    },
    remove: () => Promise.resolve(A),
    rotate: () => Promise.resolve({ rotated: ["A"], unreadable: [B] }),
  });
  return { cli, kept };
}

Deno.test("secret set keeps standard input without one newline at its end, and says nothing of the value", async () => {
  const { cli, kept } = cliWithSecrets();
  const inputs = { "v\n": "v", "v\r\n": "v", "v\n\n": "v\n", "\ufeffä": "\ufeffä", " v ": " v " };
  for (const [input, value] of Object.entries(inputs)) {
    cli.files["-"] = input;
    assert.deepEqual(await cli.run("secret", "set", "A"), { code: 0, out: "A is kept\n", err: "" });
    assert.deepEqual(kept.pop(), { name: "A", value });
  }
});

Deno.test("secret set asks for the jobs and nodes that its flags name", async () => {
  const { cli, kept } = cliWithSecrets();
  cli.files["-"] = "v";
  const flags = ["--job", "backup-*", "--job", "x", "--selector", "role=web, zone=a=b", "--selector", "role=db"];
  assert.equal((await cli.run("secret", "set", "A", ...flags)).code, 0);
  assert.deepEqual(kept, [{
    name: "A",
    value: "v",
    jobs: ["backup-*", "x"],
    selectors: [{ role: "web", zone: "a=b" }, { role: "db" }],
  }]);
});

Deno.test("secret set refuses a terminal, bytes that are no text, and what the server refuses", async () => {
  const onTerminal = fakeCli({ readsTerminal: () => true });
  const refused = await onTerminal.run("secret", "set", "A");
  assert.equal(refused.code, 2);
  assert.match(refused.err, /^error: Cannot read secret "A" from a terminal.*carillon secret set A < FILE\n$/);
  const { cli, kept } = cliWithSecrets();
  cli.files["-"] = "";
  assert.match((await cli.run("secret", "set", "A")).err, /value is empty/);
  cli.files["-"] = "v";
  assert.match((await cli.run("secret", "set", "1 b")).err, /name give letters, digits/);
  assert.match((await cli.run("secret", "set", "A", "--selector", "web")).err, /"web" is not KEY=VALUE/);
  const noText = fakeCli({
    disk: { ...cli.disk, read: () => Promise.resolve(new Blob([new Uint8Array([255])]).stream()) },
  });
  assert.match((await noText.run("secret", "set", "A")).err, /Cannot read secret "A": .*write bytes as base64/);
  assert.deepEqual(kept, []);
});

Deno.test("secret list shows who may use each, and which cannot be read", async () => {
  const { cli } = cliWithSecrets();
  const lines = (await cli.run("secret", "list")).out.split("\n");
  assert.match(lines[0] ?? "", /^NAME +JOBS +NODES +UPDATED +BY +KEY +STATE$/);
  assert.match(
    lines[1] ?? "",
    /^A +backup-\* x +role=web,zone=a role=db +2026-01-01T00:00:00Z +alice +0123456789ab +readable$/,
  );
  assert.match(lines[2] ?? "", /^B +any +any .* unreadable$/);
  assert.equal(JSON.parse((await cli.run("secret", "list", "--json")).out)[1].readable, false);
});

Deno.test("secret delete and rotate tell what they did, and rotate fails when some cannot be read", async () => {
  const { cli } = cliWithSecrets();
  assert.deepEqual(await cli.run("secret", "delete", "A"), { code: 0, out: "A is deleted\n", err: "" });
  assert.deepEqual(await cli.run("secret", "rotate"), {
    code: 1,
    out: "1 encrypted anew\n",
    err: 'error: Cannot read secret "B": the server has no key "0123456789ab" that reads it\n',
  });
  assert.equal((await fakeCli().run("secret", "delete", "none")).code, 3);
});
