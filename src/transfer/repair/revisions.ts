import { Change } from "../../kv/mod.ts";
import { revisionKey, revisionTable } from "../../store/mod.ts";
import type { Repair } from "./finding.ts";

/** The current revision of each job, which its new runs go by: it says what the definition says. */
export const revisionsRepair: Repair = {
  name: "current revisions",
  async *find({ jobs, get, isUnreadable }) {
    for (const { uid, revision, updatedAt, definition } of jobs) {
      const key = revisionKey(uid, revision);
      if (await get(revisionTable, key) !== null || isUnreadable(key)) continue;
      const change = new Change().check(key, null);
      change.set(key, revisionTable.encode({ definition, createdAt: updatedAt }));
      yield { what: `job "${definition.name}": its revision ${revision} is missing`, change };
    }
  },
};
