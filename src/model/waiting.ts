import type { Execution } from "./execution.ts";
import type { Selector } from "./selector.ts";

/** What a queued execution waits for. */
export type WaitsFor =
  /** Its time: a retry's delay. Epoch milliseconds. */
  | { kind: "time"; until: number }
  /** The end of a pause, of its job or of the cluster. */
  | { kind: "pause"; of: "job" | "cluster" }
  /** Its turn at a gate, which these groups hold; the job is null where it is no more. */
  | { kind: "gate"; holders: readonly { job: string | null; group: string }[] }
  /** A node that fits: none is alive. */
  | { kind: "node"; selector: Selector }
  /** A free slot on one of the nodes that fit. */
  | { kind: "slot"; nodes: readonly string[] };

/** An execution that waits, and for what. */
export interface Waiting {
  execution: Execution;
  waitsFor: WaitsFor;
}

/** Which of those that wait somebody wants to see. */
export interface WaitingQuery {
  /** Null: of all jobs. */
  job: string | null;
  limit: number;
}
