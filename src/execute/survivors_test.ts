import assert from "node:assert/strict";
import { silentLog, systemClock } from "../runtime/mod.ts";
import { eventually } from "../../tests/support/eventually.ts";
import { readProcesses } from "./process_table.ts";
import { ShellExecutor } from "./shell.ts";
import { killSurvivors } from "./survivors.ts";
import { fastClock, Trial } from "./trial.ts";

const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };
const deps = { clock: systemClock, env };
const shell = new ShellExecutor({ clock: fastClock, env, log: silentLog });

/** Starts a command and waits until it says that it is up. */
async function started(command: string) {
  const trial = new Trial(shell, { command, shell: true });
  const ended = trial.run();
  await trial.written("up");
  const [note] = trial.groups;
  assert.ok(note);
  return { trial, ended, note };
}

Deno.test("killSurvivors() kills a group that is ours", async () => {
  const { note, ended } = await started("trap '' TERM; echo up; sleep 30; sleep 30");
  assert.deepEqual(
    await killSurvivors(deps, [{ ...note, startedAtMs: 0 }]),
    [note].map((one) => ({ ...one, startedAtMs: 0 })),
  );
  assert.equal((await ended).reason, "signal: killed");
});

Deno.test("killSurvivors() finds a group whose leader has died", async () => {
  const { note, trial, ended } = await started("sleep 30 & echo $! up");
  await ended;
  assert.deepEqual(await killSurvivors(deps, [{ ...note, startedAtMs: 0 }]).then((killed) => killed.length), 1);
  assert.ok(trial.output.endsWith("up\n"));
  assert.deepEqual(await killSurvivors(deps, [note]), []);
});

Deno.test("killSurvivors() finds a command without the marker by the time of its start", async () => {
  const { note, ended } = await started("exec env -i /bin/sh -c 'echo up; exec sleep 30'");
  assert.deepEqual(await killSurvivors(deps, [note]), [note]);
  assert.equal((await ended).reason, "signal: killed");
});

Deno.test("killSurvivors() leaves a group alone that has got its number from a later process", async () => {
  const { note, trial, ended } = await started("echo up; sleep 30");
  const former = { pid: note.pid, executionId: "other", startedAtMs: note.startedAtMs - 60_000 };
  assert.deepEqual(await killSurvivors(deps, [former, { ...former, pid: 2 ** 22 + 1 }]), []);
  trial.stop({ kind: "cancel", graceMs: 1_000 });
  assert.equal((await ended).reason, "signal: terminated");
});

Deno.test("killSurvivors() looks at the machine's processes a few times for many groups, not for each", async () => {
  const folder = await Deno.makeTempDir({ prefix: "carillon-survivors-" });
  await Deno.writeTextFile(`${folder}/ps`, `#!/bin/sh\necho look >> ${folder}/looks\nexec /bin/ps "$@"\n`, {
    mode: 0o755,
  });
  // Their parent never waits for them: killed, they still look alive to signals.
  const begin = `for i in $(seq 20); do CARILLON_EXECUTION=many-$i setsid sleep 30 & echo "$! many-$i"; done`;
  const { trial, ended } = await started(`${begin}; echo up; exec sleep 30`);
  const notes = Array.from(trial.output.matchAll(/^(\d+) (many-\d+)$/gm), ([, pid, executionId = ""]) => {
    return { pid: Number(pid), executionId, startedAtMs: Date.now() };
  });
  await eventually(async () =>
    (await readProcesses(env)).filter(({ pid, group }) => pid === group && notes.some((note) => note.pid === pid))
      .length === 20
  );
  const killed = await killSurvivors({ clock: systemClock, env: { PATH: `${folder}:${env.PATH}` } }, notes);
  assert.equal(killed.length, 20);
  const looks = (await Deno.readTextFile(`${folder}/looks`)).trim().split("\n").length;
  assert.ok(looks <= 5, `ps ran ${looks} times`);
  trial.stop({ kind: "cancel", graceMs: 1_000 });
  await ended;
  await Deno.remove(folder, { recursive: true });
});
