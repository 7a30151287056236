import process from "node:process";
import type { Clock } from "../runtime/mod.ts";
import { readProcesses } from "./process_table.ts";

/** First pause between two looks whether a signalled group is gone, in milliseconds; it doubles up to 250. */
const FIRST_LOOK_MS = 10;

/** Signals all processes of a group; answers false when there is none that can be signalled. */
export function signalGroup(pid: number, signal: Deno.Signal): boolean {
  try {
    Deno.kill(-pid, signal);
    return true;
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound || thrown instanceof Deno.errors.PermissionDenied) return false;
    throw thrown;
  }
}

/**
 * Ends what is left of groups: waits up to `graceMs` milliseconds, or until `hurry`, for them to go by themselves, then
 * sends SIGKILL. One look at the machine's processes serves all of them: a crowd of groups must not start a crowd of `ps`.
 */
export async function endRemains(
  deps: { clock: Clock; env: Readonly<Record<string, string>> },
  pids: readonly number[],
  graceMs: number,
  hurry?: AbortSignal,
): Promise<void> {
  const deadline = deps.clock.monotonic() + graceMs;
  const mayWait = () => deps.clock.monotonic() < deadline && !hurry?.aborted;
  let left: readonly number[] = pids.filter(exists);
  for (let pauseMs = FIRST_LOOK_MS; left.length > 0 && mayWait(); pauseMs *= 2) {
    await deps.clock.sleep(Math.min(pauseMs, 250, deadline - deps.clock.monotonic()), hurry);
    left = left.filter(exists);
    if (pauseMs > 50 && left.length > 0) left = await living(deps.env, left);
  }
  for (const pid of left) signalGroup(pid, "SIGKILL");
}

/** Whether any process of the group is left, one that has ended unnoticed by its parent included. */
function exists(pid: number): boolean {
  try {
    return process.kill(-pid, 0);
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown && thrown.code === "EPERM";
  }
}

/**
 * Those of the groups that have a living process. In a container without an init that reaps, a dead group looks alive to
 * signals for ever; `ps` knows better. Where that cannot be asked, all count as living.
 */
async function living(env: Readonly<Record<string, string>>, pids: readonly number[]): Promise<readonly number[]> {
  const rows = await readProcesses(env).catch(() => null);
  if (rows === null) return pids;
  const groups = new Set(rows.filter(({ zombie }) => !zombie).map(({ group }) => group));
  return pids.filter((pid) => groups.has(pid));
}
