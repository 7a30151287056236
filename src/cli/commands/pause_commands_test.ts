import assert from "node:assert/strict";
import { fakeCli, HELLO } from "../fake_cli_test.ts";

/** A command line over a server with one job. */
async function cliWithHello() {
  const cli = fakeCli();
  cli.files["hello.yaml"] = HELLO;
  await cli.run("job", "apply", "-f", "hello.yaml");
  return cli;
}

Deno.test("job pause and unpause say what they did, and job list shows it", async () => {
  const cli = await cliWithHello();
  const paused = await cli.run("job", "pause", "hello", "--policy", "last", "--note", "why");
  assert.deepEqual(paused, { code: 0, out: "paused hello (last)\n", err: "" });
  assert.match((await cli.run("job", "list")).out, /^hello .* paused \(last\)$/m);
  assert.match((await cli.run("job", "get", "hello")).out, /^# paused since .*, last: why$/m);
  assert.equal((await cli.run("job", "unpause", "hello")).out, "unpaused hello\n");
  assert.doesNotMatch((await cli.run("job", "list")).out, /paused/);
  assert.equal((await cli.run("job", "pause", "nope")).code, 3);
  assert.equal((await cli.run("job", "pause", "hello", "--policy", "some")).code, 2);
});

Deno.test("cluster pause tells policy, end and note, and job list and job get show it until cluster unpause", async () => {
  const cli = await cliWithHello();
  const { code, out } = await cli.run("cluster", "pause", "--policy", "all", "--note", "a\u001bb", "--until", "90m");
  assert.equal(code, 0);
  assert.match(out, /^the cluster is paused since \S+ \(.*\) until \S+ \(in 1h\), all: a\\x1bb\n$/);
  assert.equal((await cli.run("cluster", "pause", "--show")).out, out, "shown, and not changed");
  const listed = await cli.run("job", "list");
  assert.equal(listed.err, out);
  assert.match((await cli.run("job", "get", "hello")).out, /^# the cluster is paused since .*, all: /m);
  assert.equal(JSON.parse((await cli.run("cluster", "pause", "--show", "--json")).out).pause.policy, "all");
  assert.equal((await cli.run("cluster", "unpause")).out, "the cluster is not paused\n");
  assert.equal((await cli.run("job", "list")).err, "");
});

Deno.test("cluster pause takes a time as its end, and refuses what is none", async () => {
  const cli = fakeCli();
  const { out } = await cli.run("cluster", "pause", "--until", "2999-01-02T03:04:05Z", "--json");
  assert.equal(JSON.parse(out).pause.to, "2999-01-02T03:04:05Z");
  const wrong = await cli.run("cluster", "pause", "--until", "soon");
  assert.deepEqual([wrong.code, wrong.err], [
    2,
    'error: flag --until: "soon" is neither a time as 2030-01-02T03:00:00Z nor as long as 90m\n',
  ]);
});
