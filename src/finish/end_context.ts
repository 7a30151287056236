import type { EndedExecution, JobDefinition } from "../model/mod.ts";
import type { Clock, Log, Random } from "../runtime/mod.ts";
import type { Catalogue, Graph, OpenExecutions, Store } from "../store/mod.ts";
import type { Draft } from "./draft.ts";

/** Counts groups as they end, for totals by the hour. */
export interface EndCounter {
  count(success: boolean, endedAtMs: number): void;
}

/** What the end of attempts is decided with. */
export interface FinishDeps {
  store: Store;
  catalogue: Catalogue;
  graph: Graph;
  open: OpenExecutions;
  clock: Clock;
  random: Random;
  log: Log;
  counter: EndCounter;
}

/** What the end of an attempt is decided with, within one draft. */
export interface EndContext {
  draft: Draft;
  deps: FinishDeps;
  /** The definition that an execution runs by; null when its revision is gone. */
  definition(revision: number): Promise<JobDefinition | null>;
  /** Whether the job is still there. */
  jobExists(): Promise<boolean>;
  /** Counts a group once the draft is committed. */
  counted: { success: boolean; endedAtMs: number }[];
  /** Attempts that end by the draft. */
  ended: EndedExecution[];
}
