import assert from "node:assert/strict";
import { fakeCli, HELLO } from "../fake_cli_test.ts";

async function cliThatRan(command: string) {
  const cli = fakeCli();
  cli.files["a"] = HELLO.replace("echo hello", command);
  await cli.run("job", "apply", "-f", "a");
  await cli.run("job", "run", "hello");
  const [execution] = cli.deps.runs.executions.get("hello") ?? [];
  return { cli, id: execution?.id ?? "" };
}

Deno.test("execution list shows a table without output, and the answer itself with --json", async () => {
  const { cli, id } = await cliThatRan("echo hello");
  const { out } = await cli.run("execution", "list", "hello");
  assert.match(out, new RegExp(`^ID .*\\n${id} {2}success {2}n1 `));
  const json = (await cli.run("execution", "list", "hello", "--json")).out;
  assert.match(json, /"group":\d{19},/);
  assert.match(json, /"output":"hello\\n"/);
  assert.equal((await cli.run("execution", "list", "hello", "--state", "lost")).err, "No executions\n");
  assert.equal((await cli.run("execution", "list", "hello", "--state", "gone")).code, 2);
});

Deno.test("execution output prints the bytes, live with -f, the execution with --json", async () => {
  const { cli, id } = await cliThatRan("echo hello");
  assert.deepEqual(await cli.run("execution", "output", "hello", id), { code: 0, out: "hello\n", err: "" });
  const followed = await cli.run("execution", "output", "hello", id, "-f");
  assert.deepEqual(followed, { code: 0, out: "hello\n", err: "success, exit code 0\n" });
  assert.match((await cli.run("execution", "output", "hello", id, "--json")).out, /"output":"hello\\n"/);
  assert.equal((await cli.run("execution", "output", "hello", id, "--json", "-f")).code, 2);
  assert.equal((await cli.run("execution", "output", "hello", "nothing")).code, 3);
});

Deno.test("execution cancel says what became of it", async () => {
  const { cli, id } = await cliThatRan("sleep 60");
  const { out } = await cli.run("execution", "cancel", "hello", id, "--reason", "enough");
  assert.equal(out, `cancelled ${id}\n`);
  assert.match((await cli.run("execution", "list", "hello")).out, /enough/);
});

Deno.test("schedule preview shows words, times and wall times of the zone", async () => {
  const cli = fakeCli();
  const { out } = await cli.run("schedule", "preview", "0 0 12 * * *", "--timezone", "Asia/Tokyo", "-n", "2");
  assert.match(out, /^.*12:00.*\nUTC .*Asia\/Tokyo\n.*T03:00:00Z {2}.*T12:00:00\+09:00\n.*T03:00:00Z.*\n/);
  const bad = await cli.run("schedule", "preview", "0 0 0 31 2 *");
  assert.deepEqual([bad.code, bad.out], [2, ""]);
});
