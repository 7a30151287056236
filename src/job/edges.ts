import { type Dependency, type JobDefinition, parentsOf } from "../model/mod.ts";
import { CarillonError } from "../runtime/mod.ts";
import {
  deleteEdges,
  edgeKey,
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
  for (const parent of parents) {
    await checkParent(change, store, { child: job.name, parent: parent.job, path: fieldOf(job.definition, parent) });
  }
  await checkCircle(store, job.name, parents);
  putGraphLock(change, lock, { changedAt: job.nowMs });
  if (parents.length === 0) deleteEdges(change, known);
  else putEdges(change, known, { uid: job.uid, parents, join });
}

/** The field of v1 that names a parent. */
function fieldOf(definition: JobDefinition | null, parent: Dependency): string {
  return definition?.parentJob === parent.job ? "parent_job" : "depends_on";
}

async function checkParent(
  change: StoreChange,
  store: Store,
  edge: { child: string; parent: string; path: string },
): Promise<void> {
  const entry = await store.get(jobTable, jobKey(edge.parent));
  if (entry.value === null) {
    throw new CarillonError(
      "not_found",
      `Cannot store job "${edge.child}": specified parent job not found ("${edge.parent}")`,
      { issues: [{ path: edge.path, message: `there is no job "${edge.parent}"` }] },
    );
  }
  change.check(entry);
}

async function checkCircle(store: Store, name: string, parents: readonly Dependency[]): Promise<void> {
  // Ancestors only: reading every edge at each change makes a restore of many children take hours.
  const edges = new Map<string, Dependency[]>();
  const unread = parents.map((parent) => parent.job);
  for (let job = unread.pop(); job !== undefined; job = unread.pop()) {
    if (edges.has(job)) continue;
    const above = (await store.read(edgeTable, edgeKey(job))).value?.parents ?? [];
    edges.set(job, above);
    unread.push(...above.map((parent) => parent.job));
  }
  refuseCycle(name, parents, (job) => edges.get(job) ?? []);
}

function sameEdges(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
