import { type Dependency, type Effect, type Job, type Join, type Node, THE_CLUSTER } from "../model/mod.ts";
import { CarillonError, type Clock, encodeTime, hashDigits, type Log } from "../runtime/mod.ts";
import { type Finisher, settleGate } from "../finish/mod.ts";
import { type Jobs, writeAfterEnd } from "../job/mod.ts";
import { type QueuedRuns, writeStartNow } from "../start/mod.ts";
import {
  edgeKey,
  edgeTable,
  type Entry,
  jobKey,
  jobTable,
  joinKey,
  joinTable,
  putJoin,
  type Store,
  type StoreChange,
} from "../store/mod.ts";
import { Span } from "../trace/mod.ts";
import type { EffectHandlers } from "./worker.ts";

/** What effects are worked on with. */
export interface HandlerDeps {
  store: Store;
  jobs: Jobs;
  finisher: Finisher;
  clock: Clock;
  log: Log;
  liveNodes: () => readonly Node[];
  index: QueuedRuns;
  defaultTimezone: string;
}

type DependentEffect = Extract<Effect, { kind: "dependent" }>;

/** Handlers for everything a group's end can owe. */
export function createHandlers(deps: HandlerDeps): EffectHandlers {
  return {
    dependent: (effect, change) => startDependent(effect, change, deps),
    ephemeral: (effect) => removeEphemeral(effect, deps),
    after_end: async (effect, change) => {
      const job = await deps.store.get(jobTable, jobKey(effect.job));
      if (job.value?.uid !== effect.uid) return;
      await writeAfterEnd(change, deps.store, job, { endedAt: effect.endedAt, defaultTimezone: deps.defaultTimezone });
    },
  };
}

/** Starts a child for its parent's end, when it may run and all that it joins have ended anew. */
async function startDependent(effect: DependentEffect, change: StoreChange, deps: HandlerDeps) {
  const { store, clock } = deps;
  const job = await store.get(jobTable, jobKey(effect.child));
  const nowMs = clock.now();
  if (job.value === null) return;
  change.check(job);
  if (!await joins(effect, change, job.value, deps) || !mayRun(job.value, nowMs)) return;
  const span = new Span("start", { jobName: effect.child, trace: effect.trace });
  const groupId = encodeTime(effect.endedAt) + hashDigits(effect.id, 10);
  const { gate, refused } = await writeStartNow(change, {
    job: job.value,
    groupId,
    trigger: "parent",
    requestedBy: `${effect.parent}/${effect.group}`,
    forced: false,
    trace: span.parent,
  }, { ...deps, liveNodes: deps.liveNodes(), nowMs });
  return {
    after: async () => {
      span.end({ group: groupId, parent: effect.parent }, refused?.reason);
      if (gate !== null) await settleGate(gate, store, deps.finisher);
    },
  };
}

/** Whether a job may be started by its parents now, as Dkron decides it. */
function mayRun({ definition }: Job, nowMs: number): boolean {
  const { disabled, startsAt, expiresAt } = definition;
  return !disabled && (startsAt === null || nowMs >= startsAt) && (expiresAt === null || nowMs <= expiresAt);
}

/** Notes the parent's end; answers whether the child starts now. What starts it uses the ends up. */
async function joins(effect: DependentEffect, change: StoreChange, child: Job, deps: HandlerDeps): Promise<boolean> {
  const edges = await deps.store.get(edgeTable, edgeKey(effect.child));
  change.check(edges);
  const parents = edges.value?.parents ?? [];
  if (edges.value === null || !parents.some((parent) => parent.job === effect.parent)) return false;
  if (edges.value.join === "any" || parents.length === 1) return true;
  const entry: Entry<Join> = await deps.store.get(joinTable, joinKey(child.uid));
  const join = entry.value ?? { used: {}, ended: {} };
  const ended = { ...join.ended, [effect.parent]: effect.group };
  const complete = parents.every((parent: Dependency) =>
    ended[parent.job] !== undefined && ended[parent.job] !== join.used[parent.job]
  );
  putJoin(change, entry, complete ? { used: ended, ended } : { used: join.used, ended });
  return complete;
}

/** A job that is gone already, or that has got children since, is no error. */
async function removeEphemeral(effect: Extract<Effect, { kind: "ephemeral" }>, deps: HandlerDeps): Promise<void> {
  try {
    await deps.jobs.remove(effect.job, { ifMatch: null, cancel: false, uid: effect.uid }, THE_CLUSTER);
  } catch (thrown) {
    if (!(thrown instanceof CarillonError) || (thrown.code !== "not_found" && thrown.code !== "has_dependents")) {
      throw thrown;
    }
    deps.log.info(`Ephemeral job "${effect.job}" stays as it is: ${thrown.message}`, { job: effect.job });
  }
}
