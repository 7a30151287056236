import { type Dependency, type JobDefinition, parentsOf } from "../model/mod.ts";
import { CarillonError } from "../runtime/mod.ts";
import {
  deleteEdges,
  edgeKey,
  edgePrefix,
  edgeTable,
  graphLockKey,
  graphLockTable,
  jobKey,
  jobTable,
  putEdges,
  putGraphLock,
  refuseCycle,
  type Store,
  type StoreChange,
} from "../store/mod.ts";

/**
 * Writes a job's parents. One lock record makes changes of edges come one after another, so that two servers told halves
 * of a circle at once cannot both store theirs. Throws `not_found` for a missing parent, `cycle` with the path.
 */
export async function writeEdges(
  change: StoreChange,
  store: Store,
  job: { uid: string; definition: JobDefinition | null; name: string; nowMs: number },
): Promise<void> {
  const parents = job.definition === null ? [] : parentsOf(job.definition);
  const known = await store.get(edgeTable, edgeKey(job.name));
  if (parents.length === 0 && known.value === null) return;
  const join = job.definition?.join ?? "all";
  if (sameEdges(known.value, { uid: job.uid, parents, join })) {
    change.check(known);
    return;
  }
  const lock = await store.get(graphLockTable, graphLockKey());
  for (const parent of parents) await checkParent(change, store, job.name, parent);
  await checkCircle(store, job.name, parents);
  putGraphLock(change, lock, { changedAt: job.nowMs });
  if (parents.length === 0) deleteEdges(change, known);
  else putEdges(change, known, { uid: job.uid, parents, join });
}

async function checkParent(change: StoreChange, store: Store, name: string, parent: Dependency): Promise<void> {
  const entry = await store.get(jobTable, jobKey(parent.job));
  if (entry.value === null) {
    throw new CarillonError(
      "not_found",
      `Cannot store job "${name}": specified parent job not found ("${parent.job}")`,
      {
        issues: [{ path: "parent_job", message: `there is no job "${parent.job}"` }],
      },
    );
  }
  change.check(entry);
}

async function checkCircle(store: Store, name: string, parents: readonly Dependency[]): Promise<void> {
  if (parents.length === 0) return;
  const edges = new Map<string, Dependency[]>();
  for await (const { key, value } of store.scan(edgeTable, { prefix: edgePrefix() })) {
    edges.set(String(key[2]), value.parents);
  }
  refuseCycle(name, parents, (job) => edges.get(job) ?? []);
}

function sameEdges(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
