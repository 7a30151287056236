import type { Change, KvEntry, KvKey } from "../../kv/mod.ts";
import type { Job } from "../../model/mod.ts";
import type { Table } from "../../store/mod.ts";

/** One thing that is not as it follows from the definitions: what is wrong, and the writes that mend it. */
export interface Finding {
  /** As a user reads it: `job "a": its due entry is missing`. */
  what: string;
  change: Change;
}

/** What repairs read. */
export interface RepairSource {
  /** Readable jobs by name. */
  jobs: readonly Job[];
  nowMs: number;
  /** The cluster's zone for jobs that name none, where no due entry tells it. */
  timezone: string;
  /** Every record of a range with its value; those that nobody can read are told and left as they are. */
  list<T>(table: Table<T>, prefix: KvKey): Promise<{ entry: KvEntry; value: T }[]>;
}

/** One kind of derived record: compares what is stored with what follows from the truth. */
export interface Repair {
  name: string;
  find(source: RepairSource): Promise<Finding[]>;
}
