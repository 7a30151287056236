import { CarillonError, type Clock, type Log } from "../runtime/mod.ts";

/** How long a left-over process may take to end after SIGTERM, and again after SIGKILL, in milliseconds. */
const GRACE_MS = 5_000;

/** Pause between two looks, in milliseconds. */
const LOOK_MS = 100;

/** What it takes to look for processes and end them. */
export interface LeftOverDeps {
  clock: Clock;
  log: Log;
  env: Readonly<Record<string, string>>;
}

/**
 * Ends the etcd that a crashed server has left behind on the data directory `dir`. It is told by its command line, which
 * names that directory, so neither a lost note nor a process id used again can mislead. It is ended rather than taken
 * over: its log goes nowhere, and its settings are those of the former server. Where processes cannot be listed, etcd's
 * own lock still keeps a second one out.
 */
export async function endLeftOver(deps: LeftOverDeps, dir: string): Promise<void> {
  const found = await findMembers(deps, dir);
  if (found.length === 0) return;
  deps.log.warn("A former server has left its etcd running; it is ended", { pids: found, dir });
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    for (const pid of found) signalOne(pid, signal);
    if (await areGone(deps, dir)) return;
  }
  throw new CarillonError("unavailable", `Cannot end the etcd process "${found.join(", ")}" left on ${dir}: it stays`);
}

async function areGone(deps: LeftOverDeps, dir: string): Promise<boolean> {
  const untilMs = deps.clock.monotonic() + GRACE_MS;
  while ((await findMembers(deps, dir)).length > 0) {
    if (deps.clock.monotonic() > untilMs) return false;
    await deps.clock.sleep(LOOK_MS);
  }
  return true;
}

function signalOne(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (thrown) {
    if (!(thrown instanceof Deno.errors.NotFound)) throw thrown;
  }
}

/** Ids of living processes whose command line says that their data lie in `dir`. */
export async function findMembers({ env, log }: Omit<LeftOverDeps, "clock">, dir: string): Promise<number[]> {
  const rows = await listProcesses(env);
  if (rows === null) {
    log.warn("Cannot look for an etcd that a former server has left: there is no ps (package procps)");
    return [];
  }
  return Array.from(rows.matchAll(/^\s*(\d+)\s+([^Z\s]\S*)\s+(.*)$/gm))
    .filter(([, , , args = ""]) => `${args} `.includes(` --data-dir=${dir} `))
    .map(([, pid]) => Number(pid));
}

async function listProcesses(env: Readonly<Record<string, string>>): Promise<string | null> {
  try {
    const args = ["-A", "-ww", "-o", "pid=,stat=,args="];
    const command = new Deno.Command("ps", { args, env: { ...env, LC_ALL: "C" }, clearEnv: true, stdin: "null" });
    const { success, stdout } = await command.output();
    return success ? new TextDecoder().decode(stdout) : null;
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) return null;
    throw thrown;
  }
}
