import type { Change, KvKey } from "../../kv/mod.ts";
import type { Job } from "../../model/mod.ts";
import type { Table } from "../../store/mod.ts";
import type { Runs } from "./runs.ts";
import type { Stored } from "./stored.ts";

/** One thing that is not as it follows from the truth: what is wrong, and the writes that mend it. */
export interface Finding {
  /** As a user reads it: `job "a": its due entry is missing`. */
  what: string;
  change: Change;
}

/** What is known of the job that a uid is of; `unknown` where a definition that nobody can read may be the one. */
export type JobState = "there" | "deleted" | "gone" | "unknown";

/** What repairs read. */
export interface RepairSource {
  /** Readable jobs by name. */
  jobs: readonly Job[];
  nowMs: number;
  /** The cluster's zone for jobs that name none, where no due entry tells it. */
  timezone: string;
  /** Every record of a range with its value; those that nobody can read are told and left as they are. */
  list<T>(table: Table<T>, prefix: KvKey): Promise<Stored<T>[]>;
  /** One record; null when there is none, or nobody can read it. */
  get<T>(table: Table<T>, key: KvKey): Promise<Stored<T> | null>;
  /** Whether a record was met that nobody can read, so that nothing may be concluded from its absence. */
  isUnreadable(key: KvKey): boolean;
  /** The job that a uid is of. */
  stateOf(uid: string): JobState;
  /** Runs that are not over, and what explains them. */
  runs(): Promise<Runs>;
}

/** One kind of derived record: compares what is stored with what follows from the truth. */
export interface Repair {
  name: string;
  /** What is wrong, one by one: each is mended before the next is looked for. */
  find(source: RepairSource): AsyncIterable<Finding>;
}
