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

/** Ends what is left of a group: waits up to `graceMs`, or until `hurry`, for it to go by itself, then sends SIGKILL. */
export async function endRemains(
  deps: { clock: Clock; env: Readonly<Record<string, string>> },
  pid: number,
  graceMs: number,
  hurry?: AbortSignal,
): Promise<void> {
  const deadline = deps.clock.monotonic() + graceMs;
  const mayWait = () => deps.clock.monotonic() < deadline && !hurry?.aborted;
  for (let pauseMs = FIRST_LOOK_MS; exists(pid) && mayWait(); pauseMs *= 2) {
    await deps.clock.sleep(Math.min(pauseMs, 250, deadline - deps.clock.monotonic()), hurry);
    if (pauseMs > 50 && !await hasLivingMember(deps.env, pid)) return;
  }
  signalGroup(pid, "SIGKILL");
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
 * In a container without an init that reaps, a dead group looks alive to signals for ever; `ps` knows better. Where
 * that cannot be asked, the group counts as living.
 */
async function hasLivingMember(env: Readonly<Record<string, string>>, pid: number): Promise<boolean> {
  const rows = await readProcesses(env).catch(() => null);
  return rows === null || rows.some((row) => row.group === pid && !row.zombie);
}
