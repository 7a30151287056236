import { z } from "zod";
import { pauseSchema } from "./job.ts";

/** An interval in which nothing is started in the whole cluster: `from` is in it, `to` is not; null = until it is ended. */
export const clusterPauseSchema = pauseSchema.extend({ to: z.number().nullable() });
export type ClusterPause = z.infer<typeof clusterPauseSchema>;

/** A pause that has ended. */
export type EndedPause = ClusterPause & { to: number };

/** The pause that is on at an instant; null when none is. */
export function pauseAt(pauses: readonly ClusterPause[], nowMs: number): ClusterPause | null {
  const newest = pauses.at(-1);
  return newest === undefined || hasEnded(newest, nowMs) ? null : newest;
}

/** When the newest of the pauses ended; null when none has, or one is on. */
export function pausedUntil(pauses: readonly ClusterPause[], nowMs: number): number | null {
  return pauseAt(pauses, nowMs) === null ? pauses.at(-1)?.to ?? null : null;
}

/** The ended pause whose policy an unfired time follows that was due at `atMs`: the first that ended after it. */
export function pauseOver(pauses: readonly ClusterPause[], atMs: number, nowMs: number): EndedPause | null {
  return endedPauses(pauses, nowMs).find(({ to }) => atMs < to) ?? null;
}

/** The pauses that have ended, oldest first. */
export function endedPauses(pauses: readonly ClusterPause[], nowMs: number): EndedPause[] {
  return pauses.filter((pause) => hasEnded(pause, nowMs));
}

function hasEnded(pause: ClusterPause, nowMs: number): pause is EndedPause {
  return pause.to !== null && pause.to <= nowMs;
}
