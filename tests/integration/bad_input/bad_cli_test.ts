import assert from "node:assert/strict";
import type { Command } from "commander";
import { fakeCli, HELLO } from "../../../src/cli/fake_cli_test.ts";
import { createProgram } from "../../../src/cli/program.ts";
import { flagOf, variableOf } from "../../../src/cli/setting_sources.ts";
import { START_SETTINGS } from "../../../src/cli/start_settings.ts";

const LONG = "x".repeat(10_000);

/** Texts that each setting of `start` refuses. Switches take none on the command line. */
const BAD_SETTINGS: Record<keyof typeof START_SETTINGS, string[]> = {
  server: ["maybe", "2"],
  agent: ["maybe", "2"],
  join: ["x", "a:8080", "ftp://a", "http://", "http://a/b", "http://a?b", `http://${LONG} b`],
  joinToken: ["a b", " "],
  joinTokenFile: [],
  adminTokenFile: [],
  secretKeyFile: [],
  httpDeny: ["x", "10.0.0.0/33", "10.0.0/8", "::/129", LONG],
  auditRetention: ["x", "-1h", "1"],
  advertiseUrl: ["a:8080", "ftp://a", "http://a/b", "http://:80", "http://a:99999"],
  httpAddr: [
    "x",
    "127.0.0.1",
    "127.0.0.1:",
    "127.0.0.1:99999",
    "127.0.0.1:-1",
    "a b:80",
    "::1:80",
    "http://a:80",
    LONG,
  ],
  askTokens: ["maybe", "-1"],
  insecure: ["maybe", "-1"],
  dataDir: [],
  kv: [],
  cluster: [],
  etcdBinary: [],
  etcdClientPort: ["0", "x", "65536", "1.5"],
  etcdListen: [],
  etcdPeerCert: [],
  etcdPeerKey: [],
  etcdPeerCa: [],
  tlsCert: [],
  tlsKey: [],
  tlsClientCa: [],
  tlsCa: [],
  rateLimit: ["-1", "x", "1.5", "1000001"],
  maxStreams: ["-1", "x", "1.5", "1000001"],
  publicUrl: ["a:8080", "ftp://a", "http://a/b", "http://:80"],
  oidcIssuer: ["x", "http://idp.example", "ftp://a", LONG],
  oidcClientId: [],
  oidcClientSecretFile: [],
  oidcName: [],
  oidcScope: ["profile", "openid,email", LONG],
  oidcGroupsClaim: [],
  oidcRole: ["ops", "=admin", "ops=boss", `ops=${LONG}`, `${LONG}=boss`],
  oidcOtherRole: ["boss", LONG],
  nodeName: [LONG],
  tag: ["x", "=x", `${LONG}=x`, `a=${LONG}`],
  timezone: ["Mars/Base", "../etc/passwd", LONG],
  slots: ["0", "-1", "1.5", "x", "1e3", "100001", "99999999999999999999"],
  defaultTarget: ["some", "ALL", LONG],
  drain: ["30", "-1s", "1d", "9".repeat(10_000), LONG],
  logLevel: ["loud", "INFO"],
  logFormat: ["xml"],
};

Deno.test("start refuses bad flags and variables with exit code 2, naming them, and starts nothing", async () => {
  for (const [key, values] of Object.entries(BAD_SETTINGS)) {
    const isSwitch = Object.entries(START_SETTINGS).some(([name, { value }]) => name === key && value === null);
    for (const value of values) {
      const inEnvironment = await fakeCli({ env: { [variableOf(key)]: value } }).run("start");
      assert.deepEqual([inEnvironment.code, inEnvironment.out], [2, ""], `${variableOf(key)} ${value.slice(0, 50)}`);
      assert.match(inEnvironment.err, new RegExp(`^error: environment ${variableOf(key)}: `));
      const flag = `--${flagOf(key)}=${value}`;
      const onLine = await fakeCli().run("start", flag);
      assert.deepEqual([onLine.code, onLine.out], [2, ""], flag.slice(0, 50));
      assert.match(onLine.err, isSwitch ? /^error: / : new RegExp(`^error: flag --${flagOf(key)}: `));
      assert.ok(onLine.err.length < 2_000 && inEnvironment.err.length < 2_000, "the message is long");
    }
    if (!isSwitch) assert.equal((await fakeCli().run("start", `--${flagOf(key)}=`)).code, 2, `an empty ${key}`);
  }
});

/** Files of settings that are refused, and what the message says. */
const BAD_FILES: [text: string, says: RegExp][] = [
  ["- a", /not a map of settings/],
  ["1", /not a map of settings/],
  ["{", /c\.yaml: /],
  ["\u0000\u0001", /c\.yaml: /],
  ["slots: x", /slots: "x" is not a whole number/],
  ["slots: [1]", /slots: /],
  ["slots: 1e400", /slots: /],
  ["http_addr: 127.0.0.1:1", /http_addr: there is no such setting; did you mean http-addr\?/],
  ["__proto__: { slots: 5 }\nslotz: 1", /slotz: there is no such setting/],
  ["tag: { a: { b: c } }", /tag/],
  ["tag: [x]", /tag: "x" is not key=value/],
  ["slots: 1\nslots: 2", /unique/],
  [
    `a: &a [x,x,x,x,x,x,x,x,x]\n${
      "bcdefgh".split("").map((n, i) => `${n}: &${n} [${`*${"abcdefg"[i]},`.repeat(9)}]`).join("\n")
    }`,
    /c\.yaml/,
  ],
];

Deno.test("start refuses bad files of settings with exit code 2, naming file and key", async () => {
  for (const [text, says] of BAD_FILES) {
    const cli = fakeCli();
    cli.files["c.yaml"] = text;
    const { code, out, err } = await cli.run("start", "--config", "c.yaml");
    assert.deepEqual([code, out], [2, ""], text.slice(0, 80));
    assert.match(err, says);
    assert.doesNotMatch(err, /\n +at /);
  }
  assert.equal((await fakeCli().run("start", "--config", "none.yaml")).code, 2);
});

function leavesOf(command: Command, path: readonly string[] = []): { path: string[]; command: Command }[] {
  if (command.commands.length === 0) return [{ path: [...path], command }];
  return command.commands.flatMap((each) => leavesOf(each, [...path, each.name()]));
}

Deno.test("every command refuses unknown options, missing and surplus arguments with exit code 2", async () => {
  for (const { path, command } of leavesOf(createProgram(fakeCli(), () => {}))) {
    const args = command.registeredArguments.map(() => "bash");
    const surplus = await fakeCli().run(...path, ...args, "surplus");
    assert.deepEqual([surplus.code, surplus.out], [2, ""], path.join(" "));
    const unknown = await fakeCli().run(...path, ...args, "--no-such-option");
    assert.deepEqual([unknown.code, unknown.out], [2, ""], path.join(" "));
    const isNamed = /--no-such-option|required option/.test(unknown.err);
    assert.ok(isNamed, unknown.err);
    if (args.length > 0) assert.equal((await fakeCli().run(...path)).code, 2, path.join(" "));
  }
});

/** Command lines that are refused, with their exit code and what the message says. */
const BAD_LINES: [line: string[], code: number, says: RegExp][] = [
  ...["0", "-1", "x", "1.5", "99999999999999999999", ""].flatMap((n): [string[], number, RegExp][] => [
    [["job", "list", `--limit=${n}`], 2, /--limit/],
    [["execution", "list", "hello", `--limit=${n}`], 2, /--limit/],
    [["schedule", "preview", "@daily", `--count=${n}`], 2, /--count/],
  ]),
  ...["x", "ftp://a", "http://", "http://a:99999", "//a", LONG].flatMap((url): [string[], number, RegExp][] => [
    [["job", "list", `--url=${url}`], 2, /--url/],
    [["job", "get", "hello", `--url=${url}`], 2, /--url/],
    [["execution", "cancel", "hello", "x", `--url=${url}`], 2, /--url/],
  ]),
  [["job", "list", "--status", "odd"], 2, /--status/],
  [["job", "list", "--metadata", "x"], 2, /--metadata/],
  [["job", "list", "--metadata", "=x"], 2, /--metadata/],
  [["job", "list", "--sort", "nothing"], 2, /sort/],
  [["execution", "list", "hello", "--state", "success,odd"], 2, /--state/],
  [["execution", "output", "hello", "x", "--follow", "--json"], 2, /--json/],
  [["schedule", "preview", ""], 2, /schedule/],
  [["schedule", "preview", "0 0 0 31 2 *"], 2, /never be due/],
  [["schedule", "preview", "@daily", "--timezone", "Mars"], 2, /Mars/],
  [["completion", "cmd"], 2, /cmd/],
  [["job", "apply"], 2, /--file/],
  [["job", "apply", "-f", "none.yaml"], 2, /none\.yaml/],
  ...["no", LONG, "..", ".", "", "a/b", "a?b#c", "%2e%2e", "\u001b[2J"].flatMap((
    name,
  ): [string[], number, RegExp][] => [
    [["job", "get", name], 3, /Cannot find/],
    [["job", "delete", name], 3, /Cannot/],
    [["job", "toggle", name], 3, /Cannot/],
    [["job", "run", name], 3, /Cannot/],
    [["execution", "list", name], 3, /Cannot/],
    [["execution", "output", "hello", name], 3, /Cannot/],
    [["execution", "cancel", "hello", name], 3, /Cannot/],
  ]),
];

Deno.test("commands refuse bad values with a message that names them and nothing on standard output", async () => {
  const cli = fakeCli();
  cli.files["hello.yaml"] = HELLO;
  assert.equal((await cli.run("job", "apply", "-f", "hello.yaml")).code, 0);
  for (const [line, code, says] of BAD_LINES) {
    const found = await cli.run(...line);
    const shown = line.join(" ").slice(0, 100);
    assert.deepEqual([found.code, found.out], [code, ""], `${shown}: ${found.err.slice(0, 300)}`);
    assert.match(found.err, says, shown);
    assert.doesNotMatch(found.err, /\n +at /, shown);
  }
});

/** Files of jobs of which none can be stored. */
const BAD_JOBS = [
  "",
  "{",
  "1",
  "[1]",
  "null",
  "\u0000",
  "name: A",
  "name: { toString: 1 }",
  `name: ${LONG}`,
  "- - a",
  "a: *b",
];

Deno.test("job apply stores nothing of a bad file, and says which job is bad", async () => {
  for (const text of [...BAD_JOBS, `${HELLO}no_such_key: 1\n`, HELLO.replace("@every 1h", "0 0 0 31 2 *")]) {
    const cli = fakeCli();
    cli.files["jobs.yaml"] = text;
    const { code, out, err } = await cli.run("job", "apply", "-f", "jobs.yaml");
    assert.deepEqual([code, out], [1, ""], text.slice(0, 50));
    assert.match(err, /^error: jobs\.yaml/, text.slice(0, 50));
    assert.equal((await cli.run("job", "list", "--json")).out, "[]\n");
  }
});
