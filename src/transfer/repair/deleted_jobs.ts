import { Change } from "../../kv/mod.ts";
import { tombPrefix, tombTable } from "../../store/mod.ts";
import type { Repair } from "./finding.ts";

/** Marks of deleted jobs: one of a job that is there would have its history and its runs removed. */
export const deletedJobsRepair: Repair = {
  name: "deleted jobs",
  async *find({ jobs, list }) {
    const names = new Map(jobs.map(({ uid, definition }) => [uid, definition.name]));
    for (const { entry: { key, versionstamp } } of await list(tombTable, tombPrefix())) {
      const name = names.get(String(key[1]));
      if (name === undefined) continue;
      const change = new Change().check(key, versionstamp).delete(key);
      yield { what: `job "${name}": it is marked as deleted, and it is there`, change };
    }
  },
};
