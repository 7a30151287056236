import assert from "node:assert/strict";
import { fakeCli, HELLO } from "../fake_cli_test.ts";

async function cliWithHello() {
  const cli = fakeCli();
  cli.files["hello.yaml"] = HELLO;
  await cli.run("job", "apply", "-f", "hello.yaml");
  return cli;
}

Deno.test("job apply creates, updates, and leaves alone what is the same", async () => {
  const cli = fakeCli();
  cli.files["a.yaml"] = HELLO;
  assert.deepEqual(await cli.run("job", "apply", "-f", "a.yaml"), { code: 0, out: "created    hello\n", err: "" });
  assert.equal((await cli.run("job", "apply", "-f", "a.yaml")).out, "unchanged  hello\n");
  cli.files["a.yaml"] = HELLO.replace("1h", "2h");
  assert.equal((await cli.run("job", "apply", "-f", "a.yaml")).out, "updated    hello\n");
});

Deno.test("job apply goes on after a bad job, names its place, and exits 1", async () => {
  const cli = fakeCli();
  cli.files["-"] =
    `- { name: x, schedule: "@daily", executor: shell, wat: 1 }\n- { name: y, schedule: nonsense, executor: shell }\n---\n${HELLO}`;
  const { code, out, err } = await cli.run("job", "apply", "-f", "-");
  assert.deepEqual([code, out], [1, "created    hello\n"]);
  assert.match(err, /^error: standard input, job 1: .*wat is not a known key$/m);
  assert.match(err, /^error: standard input, job 2: .*nonsense/m);
});

Deno.test("job apply tells a file that is not there from a server that is not there", async () => {
  const cli = await cliWithHello();
  assert.deepEqual(await cli.run("job", "apply", "-f", "no"), {
    code: 2,
    out: "",
    err: 'error: Cannot read "no": no such file\n',
  });
  cli.fetch = () => Promise.reject(new TypeError("connection refused"));
  const { code, err } = await cli.run("job", "apply", "-f", "hello.yaml");
  assert.deepEqual([code, err], [1, "error: Cannot reach http://127.0.0.1:8080: connection refused\n"]);
});

Deno.test("job list shows a table, and the answer itself with --json", async () => {
  const cli = await cliWithHello();
  const { out } = await cli.run("job", "list");
  assert.match(out, /^NAME {3}SCHEDULE {3}LAST .*\nhello {2}@every 1h {2}untriggered {2}0\/0 /);
  const json: unknown = JSON.parse((await cli.run("job", "list", "--json")).out);
  assert.ok(Array.isArray(json) && json.length === 1);
});

Deno.test("job list hands its filters on", async () => {
  const cli = await cliWithHello();
  const asked: URL[] = [];
  const { fetch } = cli;
  cli.fetch = (input, init) => {
    asked.push(new URL(input instanceof Request ? input.url : input));
    return fetch(input, init);
  };
  const filters = ["--q", "x", "--status", "failed", "--metadata", "a=b", "--metadata", "c=d=e", "--limit", "3"];
  await cli.run("job", "list", ...filters, "--sort", "next", "--reverse", "--url", "http://localhost:9/");
  assert.equal(asked[0]?.origin, "http://localhost:9");
  assert.deepEqual(Object.fromEntries(asked[0]?.searchParams ?? []), {
    "q": "x",
    "status": "failed",
    "metadata[a]": "b",
    "metadata[c]": "d=e",
    "_end": "3",
    "_sort": "next",
    "_order": "DESC",
  });
});

Deno.test("job get prints YAML that job apply takes as unchanged, and shows no control characters", async () => {
  const cli = fakeCli();
  cli.files["a"] = `${HELLO}displayname: "\\e[31m \\u202e \\x9b"\npriority: 0\ngrace: 0s\n`;
  await cli.run("job", "apply", "-f", "a");
  const { out } = await cli.run("job", "get", "hello");
  assert.deepEqual(["\x1b", "\u202e", "\x9b"].filter((character) => out.includes(character)), []);
  cli.files["b"] = out;
  assert.equal((await cli.run("job", "apply", "-f", "b")).out, "unchanged  hello\n");
});

Deno.test("job run answers at once, waits with --wait, follows with -f; the outcome is the exit code", async () => {
  const cli = await cliWithHello();
  assert.match((await cli.run("job", "run", "hello")).out, /^started [0-9a-z]{20} of job "hello"\n$/);
  const waited = await cli.run("job", "run", "hello", "--wait");
  assert.match(waited.out, /^ID .*\n.* success .*\nsuccess\n$/);
  const followed = await cli.run("job", "run", "hello", "-f");
  assert.equal(followed.out, "hello\n");
  assert.match(followed.err, /^==> [0-9a-z]{20}-0000-001\nID .*\n.*\nsuccess\n$/);
  cli.files["bad"] = HELLO.replace("echo hello", "exit 3");
  await cli.run("job", "apply", "-f", "bad");
  assert.equal((await cli.run("job", "run", "hello", "--wait")).code, 1);
});

Deno.test("job run --wait and -f end when the server no longer knows how the run ended, and say so", async () => {
  const cli = await cliWithHello();
  cli.deps.runs.ended = (group) => Promise.resolve({ ...group, state: "ended", outcome: null });
  for (const how of ["--wait", "-f"]) {
    const { code, err } = await cli.run("job", "run", "hello", how);
    assert.equal(code, 1);
    assert.match(err, /error: Cannot tell how [0-9a-z]{20} of job "hello" ended: its history was removed\n$/);
  }
});

Deno.test("exit codes tell a missing job and a refused one apart", async () => {
  const cli = await cliWithHello();
  const cases: [args: string[], code: number, err: RegExp][] = [
    [["job", "get", "no"], 3, /^error: .*"no"/],
    [["job", "toggle", "hello"], 0, /^$/],
    [["job", "run", "hello"], 4, /^error: .*disabled/],
    [["job", "delete", "hello", "--cancel"], 0, /^$/],
    [["job", "delete", "hello"], 3, /^error: /],
    [["job", "list", "--sort", "no"], 2, /^error: Cannot sort by "no"/],
    [["job", "list", "--limit", "x"], 2, /^error: .*--limit.*whole number/],
    [["job", "lst"], 2, /unknown command 'lst'/],
    [["job", "list", "--url", "nowhere"], 2, /^error: flag --url: "nowhere" is not an address/],
  ];
  for (const [args, code, err] of cases) {
    const found = await cli.run(...args);
    assert.equal(found.code, code, `${args.join(" ")}: ${found.err}`);
    assert.match(found.err, err);
  }
});

Deno.test("CARILLON_URL names the server, and is named when it is wrong", async () => {
  const cli = fakeCli({ env: { CARILLON_URL: "localhost" } });
  const { code, err } = await cli.run("job", "list");
  assert.deepEqual([code, err.startsWith('error: environment CARILLON_URL: "localhost" is not')], [2, true]);
});
