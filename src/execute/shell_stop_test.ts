import assert from "node:assert/strict";
import { silentLog } from "../runtime/mod.ts";
import { readProcesses } from "./process_table.ts";
import { ShellExecutor } from "./shell.ts";
import { fastClock, Trial } from "./trial.ts";

const env = { PATH: "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" };
const shell = new ShellExecutor({ clock: fastClock, env, log: silentLog });

async function livingMembers(trial: Trial): Promise<number> {
  return (await readProcesses(env)).filter((row) => row.group === trial.groups[0]?.pid && !row.zombie).length;
}

Deno.test("ShellExecutor.run() ends politely when it is cancelled", async () => {
  const trial = new Trial(shell, { command: "trap 'echo bye; exit 0' TERM; echo up; sleep 30 & wait", shell: true });
  const ended = trial.run();
  await trial.written("up");
  trial.stop({ kind: "cancel", graceMs: 5_000 });
  assert.deepEqual(await ended, { success: false, exitCode: 0, reason: "stopped", timedOut: false });
  assert.equal(trial.output, "up\nbye\n");
  assert.equal(await livingMembers(trial), 0);
});

Deno.test("ShellExecutor.run() kills the group when its leader ignores SIGTERM", async () => {
  const trial = new Trial(shell, { command: "trap '' TERM; (echo up; sleep 30) & wait; sleep 30", shell: true });
  const ended = trial.run();
  await trial.written("up");
  trial.stop({ kind: "cancel", graceMs: 2_000 });
  assert.deepEqual(await ended, { success: false, exitCode: null, reason: "signal: killed", timedOut: false });
  assert.equal(await livingMembers(trial), 0);
});

Deno.test("ShellExecutor.run() kills a child that ignores SIGTERM after its leader has obeyed", async () => {
  const trial = new Trial(shell, { command: "(trap '' TERM; echo up; sleep 30; sleep 30) & wait", shell: true });
  const ended = trial.run();
  await trial.written("up");
  trial.stop({ kind: "timeout", graceMs: 2_000 });
  assert.deepEqual(await ended, { success: false, exitCode: null, reason: "signal: terminated", timedOut: true });
  assert.equal(await livingMembers(trial), 0);
});

Deno.test("ShellExecutor.run() ends at its own timeout and keeps the output so far", async () => {
  const trial = new Trial(shell, { command: "echo early; sleep 30", shell: true, timeout: "5s" });
  const reason = "execution time exceeding defined timeout 5s";
  assert.deepEqual(await trial.run(), { success: false, exitCode: null, reason, timedOut: true });
  assert.equal(trial.output, "early\n");
});

Deno.test("ShellExecutor.run() does not call a timed out command a success when it exits 0", async () => {
  const command = "trap 'exit 0' TERM; sleep 30 & wait";
  const { success, timedOut } = await new Trial(shell, { command, shell: true, timeout: "5s" }).run();
  assert.deepEqual({ success, timedOut }, { success: false, timedOut: true });
});

Deno.test("ShellExecutor.run() does not wait for a setsid child that survives a timeout", async () => {
  const trial = new Trial(shell, { command: "setsid sleep 30 & echo $!; wait", shell: true, timeout: "5s" });
  assert.equal((await trial.run()).timedOut, true);
  Deno.kill(Number(trial.output), "SIGKILL");
});

Deno.test("ShellExecutor.run() kills what exceeds mem_limit, without a timeout", async () => {
  const command = "head -c 60000000 /dev/zero | tail -c 60000000 | sleep 30";
  const { success, exitCode, reason, timedOut } = await new Trial(shell, { command, shell: true, mem_limit: "16MB" })
    .run();
  assert.deepEqual({ success, exitCode, timedOut }, { success: false, exitCode: null, timedOut: false });
  assert.match(reason ?? "", /^memory limit of 16777216 bytes exceeded: \d+ bytes in use$/);
});

Deno.test("ShellExecutor.run() lets a command within mem_limit be", async () => {
  const trial = new Trial(shell, { command: "sleep 0.2", mem_limit: "64mb" });
  assert.equal((await trial.run()).success, true);
});

Deno.test("ShellExecutor.run() stops the group where there is no setsid program", async () => {
  const without = new ShellExecutor({ clock: fastClock, env: { PATH: "/nowhere" }, log: silentLog });
  const trial = new Trial(without, { command: "/bin/sleep 30 & echo up; wait", shell: true });
  const ended = trial.run();
  await trial.written("up");
  trial.stop({ kind: "cancel", graceMs: 2_000 });
  assert.equal((await ended).reason, "signal: terminated");
  assert.equal(await livingMembers(trial), 0);
});

Deno.test("ShellExecutor.run() ends at once what is stopped when its grace is cut short", async () => {
  const trial = new Trial(shell, { command: "trap '' TERM; sleep 30 & echo up; wait; sleep 30", shell: true });
  const ended = trial.run();
  await trial.written("up");
  trial.stop({ kind: "cancel", graceMs: 3_600_000 });
  trial.hurry();
  assert.equal((await ended).reason, "signal: killed");
  assert.equal(await livingMembers(trial), 0);
});
