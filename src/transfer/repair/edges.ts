import { edgesOf } from "../../job/mod.ts";
import { Change } from "../../kv/mod.ts";
import { edgeKey, edgePrefix, edgeTable, jobKey } from "../../store/mod.ts";
import type { Repair } from "./finding.ts";

/** Edges between jobs, as the definitions name their parents. */
export const edgesRepair: Repair = {
  name: "edges",
  async *find({ jobs, list, isUnreadable }) {
    const stored = new Map((await list(edgeTable, edgePrefix())).map((found) => [String(found.entry.key[2]), found]));
    for (const job of jobs) {
      const { name } = job.definition;
      const edges = edgesOf(job);
      const known = stored.get(name);
      stored.delete(name);
      if (JSON.stringify(edges) === JSON.stringify(known?.value ?? null)) continue;
      const key = edgeKey(name);
      if (isUnreadable(key)) continue;
      const change = new Change().check(key, known?.entry.versionstamp ?? null);
      if (edges === null) change.delete(key);
      else change.set(key, edgeTable.encode(edges));
      yield { what: `job "${name}": its edges to its parents are not as it names them`, change };
    }
    for (const [name, { entry }] of stored) {
      if (isUnreadable(jobKey(name))) continue;
      const change = new Change().check(entry.key, entry.versionstamp).delete(entry.key);
      yield { what: `edges stand for job "${name}", which is gone`, change };
    }
  },
};
