import { Change } from "../../kv/mod.ts";
import { heldKey, heldPrefix, heldTable } from "../../store/mod.ts";
import type { Repair } from "./finding.ts";

/** Marks that hold back the waiting runs of paused jobs. */
export const heldRepair: Repair = {
  name: "held marks",
  async *find({ jobs, list, stateOf, isUnreadable }) {
    const marks = new Map((await list(heldTable, heldPrefix())).map(({ entry }) => [String(entry.key[1]), entry]));
    for (const { uid, pause, definition } of jobs) {
      if (pause === null || marks.has(uid) || isUnreadable(heldKey(uid))) continue;
      const change = new Change().check(heldKey(uid), null).set(heldKey(uid), heldTable.encode({ from: pause.from }));
      yield {
        what: `job "${definition.name}": it is paused, and nothing holds back its waiting runs`,
        change,
      };
    }
    const paused = new Set(jobs.filter(({ pause }) => pause !== null).map(({ uid }) => uid));
    for (const [uid, { key, versionstamp }] of marks) {
      if (paused.has(uid) || stateOf(uid) === "unknown") continue;
      const name = jobs.find((job) => job.uid === uid)?.definition.name;
      const which = name === undefined ? `job ${uid}, which is gone` : `job "${name}", which is not paused`;
      yield {
        what: `a mark holds back runs of ${which}`,
        change: new Change().check(key, versionstamp).delete(key),
      };
    }
  },
};
