import assert from "node:assert/strict";
import { silentLog } from "../runtime/mod.ts";
import { signalGroup } from "./process_group.ts";
import { ShellExecutor } from "./shell.ts";
import { fastClock, Trial } from "./trial.ts";

const env = { PATH: "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/", LC_ALL: "C", CARILLON_TOKEN: "secret" };
const shell = new ShellExecutor({ clock: fastClock, env, log: silentLog });

async function run(config: Record<string, unknown>) {
  const trial = new Trial(shell, config);
  const result = await trial.run();
  return { ...result, output: trial.output };
}

function script(command: string, more: Record<string, unknown> = {}) {
  return run({ command, shell: true, ...more });
}

Deno.test("ShellExecutor.run() runs a command line, and an array of words", async () => {
  assert.deepEqual(await run({ command: "echo 'a  b' c" }), {
    success: true,
    exitCode: 0,
    reason: null,
    output: "a  b c\n",
  });
  assert.equal((await run({ command: ["echo", "$HOME;", "b  c"] })).output, "$HOME; b  c\n");
});

Deno.test("ShellExecutor.run() gives the words to a shell when asked", async () => {
  assert.equal((await script("echo a && echo b", { shell: "T" })).output, "a\nb\n");
});

Deno.test("ShellExecutor.run() does not drop what needs a shell", async () => {
  const { success, reason, output } = await run({ command: "echo a && echo b" });
  assert.deepEqual({ success, output }, { success: false, output: "" });
  assert.match(reason ?? "", /command has an unquoted "&", which needs a shell/);
});

Deno.test("ShellExecutor.run() fails with the exit status", async () => {
  assert.deepEqual(await script("echo x; exit 3"), {
    success: false,
    exitCode: 3,
    reason: "exit status 3",
    output: "x\n",
  });
});

Deno.test("ShellExecutor.run() tells a signal in words, without an exit code", async () => {
  const { exitCode, reason } = await script("kill -SEGV $$");
  assert.deepEqual({ exitCode, reason }, { exitCode: null, reason: "signal: segmentation fault" });
});

Deno.test("ShellExecutor.run() says that a program is not there", async () => {
  const { success, exitCode, output } = await run({ command: "no-such-program -x" });
  assert.deepEqual({ success, exitCode }, { success: false, exitCode: 127 });
  assert.match(output, /no-such-program: not found/);
});

Deno.test("ShellExecutor.run() runs in cwd, and says when it is not there", async () => {
  assert.equal((await run({ command: "pwd", cwd: "/usr" })).output, "/usr\n");
  assert.match((await run({ command: "pwd", cwd: "/nowhere" })).reason ?? "", /^Cannot start "pwd": .*'\/nowhere'$/);
});

Deno.test("ShellExecutor.run() hands down env, the job's name and an allow-list, not the agent's secrets", async () => {
  const { output } = await run({ command: "env", env: "A=1,B=x=y" });
  const names = output.trim().split("\n").filter((line) => !/^(PWD|_|SHLVL|OLDPWD)=/.test(line)).sort();
  assert.equal(names.length, 7);
  for (const line of ["A=1", "B=x=y", "ENV_JOB_NAME=trial job", "HOME=/", "LC_ALL=C"]) assert.ok(names.includes(line));
  assert.ok(!names.some((line) => line.includes("secret")));
});

Deno.test("ShellExecutor.run() takes values with commas from an env object", async () => {
  assert.equal((await run({ command: "printenv A", env: { A: "1,2=\n3" } })).output, "1,2=\n3\n");
});

Deno.test("ShellExecutor.run() keeps the order of stdout and stderr", async () => {
  const { output } = await script("i=0; while [ $i -lt 400 ]; do echo $i; i=$((i+1)); echo $i >&2; i=$((i+1)); done");
  assert.deepEqual(output.trim().split("\n"), Array.from({ length: 400 }, (_, i) => String(i)));
});

Deno.test("ShellExecutor.run() feeds 1 MiB of payload to stdin without a deadlock", async () => {
  const payload = crypto.getRandomValues(new Uint8Array(2 ** 16));
  const big = new Uint8Array(2 ** 20).map((_, i) => payload[i % payload.length] ?? 0);
  const sum = await crypto.subtle.digest("SHA-256", big);
  const { output } = await run({ command: "sha256sum", payload: big.toBase64() });
  assert.equal(output.split(" ")[0], new Uint8Array(sum).toHex());
  assert.equal((await script("cat | wc -c; echo done", { payload: big.toBase64() })).output.trim(), "1048576\ndone");
});

Deno.test("ShellExecutor.run() does not mind a command that leaves its payload unread", async () => {
  assert.equal((await run({ command: "true", payload: new Uint8Array(2 ** 20).toBase64() })).success, true);
});

Deno.test("ShellExecutor.run() gives an empty stdin without payload", async () => {
  assert.deepEqual(await run({ command: "cat" }), { success: true, exitCode: 0, reason: null, output: "" });
});

Deno.test("ShellExecutor.run() reads all of a large output", async () => {
  assert.equal((await run({ command: "head -c 3000000 /dev/zero" })).output.length, 3_000_000);
});

Deno.test("ShellExecutor.run() ends in time though a grandchild holds the pipe, and lets it live", async () => {
  for (const grandchild of ["sleep 30; echo late", "while :; do echo chatter; sleep 0.01; done"]) {
    const trial = new Trial(shell, { command: `echo first; (${grandchild}) &`, shell: true });
    assert.deepEqual(await trial.run(), { success: true, exitCode: 0, reason: null });
    assert.match(trial.output, /^first\n(chatter\n)*$/);
    assert.ok(signalGroup(trial.groups[0]?.pid ?? NaN, "SIGKILL"));
  }
});

Deno.test("ShellExecutor.run() notes the group before the command begins", async () => {
  const file = await Deno.makeTempFile();
  const trial = new Trial(shell, { command: `cat ${file}` });
  trial.onStarted = () => Deno.writeTextFile(file, "noted");
  await trial.run();
  assert.equal(trial.output, "noted");
  assert.equal(trial.groups[0]?.executionId, trial.executionId);
  await Deno.remove(file);
});

Deno.test("ShellExecutor.run() never begins a command whose group cannot be noted", async () => {
  const file = await Deno.makeTempFile();
  const trial = new Trial(shell, { command: `rm ${file}` });
  trial.onStarted = () => Promise.reject(new Error("disk full"));
  await assert.rejects(trial.run(), /disk full/);
  await Deno.remove(file);
});

Deno.test("ShellExecutor.run() never begins a command that was cancelled while its group was noted", async () => {
  const trial = new Trial(shell, { command: "echo begun" });
  trial.onStarted = () => Promise.resolve(trial.stop({ kind: "cancel", graceMs: 1_000 }));
  assert.deepEqual([(await trial.run()).reason, trial.output], ["stopped before it began", ""]);
});

Deno.test("ShellExecutor.validate() names each bad option", () => {
  const bad = { command: "a | b", env: "A", payload: "%", su: "-x", timeout: "30", mem_limit: "0", shell: "maybe" };
  const paths = (config: Record<string, unknown>) => shell.validate(config).map(({ path }) => path);
  assert.deepEqual(paths({ ...bad }), ["shell", "env", "payload", "su", "timeout", "mem_limit"]);
  assert.deepEqual(paths({ command: "a | b" }), ["command"]);
  assert.deepEqual(paths({}), ["command"]);
  assert.deepEqual(paths({ command: ["a"], shell: "true" }), ["command"]);
  for (const timeout of ["0s", "-5s", "5"]) assert.deepEqual(paths({ command: "a", timeout }), ["timeout"]);
  for (const mem_limit of ["-1", "5XB", "MB", 0]) assert.deepEqual(paths({ command: "a", mem_limit }), ["mem_limit"]);
  assert.deepEqual(paths({ command: "a", timeout: "", env: "", cwd: "", mem_limit: "1.5gb", su: "www-data:adm" }), []);
});
