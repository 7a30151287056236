import type { Execution } from "./execution.ts";

/** What became of a due time, or will. */
export const FATES = [
  /** Its executions have begun, and say how they ended. */
  "ran",
  /** A node has it. */
  "running",
  /** It waits for its turn at a gate, or for a node. */
  "waiting",
  /** It was started, and nothing of it began: its executions say why. */
  "skipped",
  /** It was refused: a gap says why. */
  "refused",
  /** It was missed, or held back by a pause that is over, and is still to be dealt with. */
  "owed",
  /** A pause holds it back: what becomes of it is decided when that ends. */
  "held",
  /** The job was disabled then, or is now. */
  "disabled",
  /** It is due, and about to be started. */
  "due",
  /** It lies ahead. */
  "will_run",
  /** What became of it is no longer kept. */
  "forgotten",
] as const;
/** What became of a due time, or will. */
export type Fate = typeof FATES[number];

/** What was decisive, where that can be named. */
export type Decisive =
  /** An execution that had the place it wanted. */
  | { kind: "execution"; id: string }
  /** Somebody's pause of the job, or of the cluster. */
  | { kind: "pause"; of: "job" | "cluster"; from: number; by: string; note: string }
  /** A revision of the job. */
  | { kind: "revision"; revision: number };

/** One due time of a job. */
export interface TimelineEntry {
  /** Epoch milliseconds. */
  dueAt: number;
  fate: Fate;
  /** Why it did not run, in words; null where there is nothing to explain. */
  reason: string | null;
  decisive: Decisive | null;
  executions: readonly Execution[];
}

/** Both ends inclusive, in epoch milliseconds; at most `limit` due times: the first ones, or the last. */
export interface TimelineRange {
  fromMs: number;
  toMs: number;
  limit: number;
  isNewestFirst: boolean;
}
