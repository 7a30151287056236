import type { AuditTrail } from "../audit/mod.ts";
import {
  type Actor,
  type AuditAction,
  type Fence,
  firstFence,
  gatePolicyOf,
  type Job,
  type JobDefinition,
  parentsOf,
  type Pause,
} from "../model/mod.ts";
import { CarillonError, type Clock, type Random, randomDigits } from "../runtime/mod.ts";
import {
  type Catalogue,
  covered,
  deleteHeld,
  deleteJob,
  type Entry,
  fenceKey,
  fenceTable,
  type Graph,
  graphLockKey,
  graphLockTable,
  heldKey,
  jobKey,
  jobTable,
  type OpenExecutions,
  putFence,
  putHeld,
  putJob,
  putRevision,
  putTomb,
  revisionKey,
  type Store,
  StoreChange,
  tombKey,
} from "../store/mod.ts";
import { writeEdges } from "./edges.ts";
import { mustMatch, notFound } from "./etag.ts";
import { writeGateChange } from "./gate_change.ts";
import { parentsFirst } from "./parents_first.ts";
import { checkOwnParent, checkSchedule, isTimed } from "./plan.ts";
import { newTiming, readTiming, removeTiming, writeTiming } from "./timing.ts";

/** What changing jobs works with. */
export interface JobsDeps {
  store: Store;
  catalogue: Catalogue;
  graph: Graph;
  open: OpenExecutions;
  clock: Clock;
  random: Random;
  audit: AuditTrail;
  /** Zone of jobs that name none. */
  defaultTimezone: string;
  /** Written into new jobs that say nothing of it. */
  defaultTarget: "all" | "one";
}

/** Who does what to a job. */
interface JobDeed {
  actor: Actor;
  action: AuditAction;
}

/** Changes of definitions: each one commit with the job's record, revision, due entry, cursor and edges. */
export class Jobs {
  readonly #deps: JobsDeps;

  constructor(deps: JobsDeps) {
    this.#deps = deps;
  }

  /** Creates or replaces a job. Throws `invalid`, `cycle`, `not_found` (a parent), `stale`, `paused`, `too_large`. */
  async put(
    definition: JobDefinition,
    options: { ifMatch: string | null; restore: boolean },
    actor: Actor,
  ): Promise<{ job: Job; created: boolean }> {
    checkOwnParent(definition);
    for (let again = false;; again = true) {
      if (!options.restore) await this.#mustAcceptJobs(definition.name);
      const entry = await this.#currentOf(definition.name, again || options.ifMatch !== null);
      mustMatch(entry, definition.name, options.ifMatch);
      const nowMs = this.#deps.clock.now();
      const isNewText = entry.value?.definition.schedule !== definition.schedule && !options.restore;
      checkSchedule(definition, { defaultTimezone: this.#deps.defaultTimezone, nowMs, isNewText });
      const job: Job = {
        uid: entry.value?.uid ?? randomDigits(this.#deps.random, 16),
        revision: (entry.value?.revision ?? 0) + 1,
        createdAt: entry.value?.createdAt ?? nowMs,
        updatedAt: nowMs,
        pause: entry.value?.pause ?? null,
        unpausedAt: entry.value?.unpausedAt ?? null,
        definition: { ...definition, target: definition.target ?? this.#targetOf(entry.value) },
      };
      const created = entry.value === null;
      const deed = { actor, action: created ? "job.create" : "job.update" } as const;
      if (await this.#store(entry, job, null, deed)) return { job, created };
    }
  }

  /** Flips `disabled`. Throws `not_found`, `stale`. */
  toggle(name: string, options: { ifMatch: string | null }, actor: Actor): Promise<Job> {
    return this.#change(name, options.ifMatch, { actor, action: "job.toggle" }, (job) => ({
      job: { ...job, definition: { ...job.definition, disabled: !job.definition.disabled } },
      ended: null,
    }));
  }

  /** Holds back a job's due times and waiting runs; again, it changes policy and note. Throws `not_found`. */
  pause(name: string, pause: Omit<Pause, "from" | "by">, actor: Actor): Promise<Job> {
    return this.#change(name, null, { actor, action: "job.pause" }, (job, nowMs) => ({
      job: { ...job, pause: { from: job.pause?.from ?? nowMs, ...pause, by: actor.by } },
      ended: null,
    }));
  }

  /** Ends a job's pause: times inside it follow its policy. Throws `not_found`. */
  unpause(name: string, actor: Actor): Promise<Job> {
    return this.#change(name, null, { actor, action: "job.unpause" }, (job, nowMs) => ({
      job: job.pause === null ? job : { ...job, pause: null, unpausedAt: nowMs },
      ended: job.pause,
    }));
  }

  /**
   * Deletes a job: its name is free at once, its history goes after its last run has ended. Throws `not_found`, `stale`,
   * `has_dependents`. `uid`, when given, is the only job that may be deleted.
   */
  async remove(
    name: string,
    options: { ifMatch: string | null; cancel: boolean; uid?: string },
    actor: Actor,
  ): Promise<Job> {
    const { store, graph, clock, audit } = this.#deps;
    while (true) {
      const entry = await store.get(jobTable, jobKey(name));
      if (entry.value === null || (options.uid !== undefined && entry.value.uid !== options.uid)) throw notFound(name);
      mustMatch(entry, name, options.ifMatch);
      const lock = await store.get(graphLockTable, graphLockKey());
      const children = graph.children(name).map((child) => child.name);
      if (children.length > 0) {
        throw new CarillonError(
          "has_dependents",
          `Cannot delete job "${name}": could not delete job with dependent jobs, delete children first: ${
            children.join(", ")
          }`,
        );
      }
      const job = entry.value;
      const change = new StoreChange();
      const nowMs = clock.now();
      deleteJob(change, entry);
      // A child that is stored meanwhile moves the lock.
      change.check(lock);
      if (job.pause !== null) deleteHeld(change, covered(heldKey(job.uid)));
      removeTiming(change, await readTiming(store, job.uid));
      await writeEdges(change, store, { uid: job.uid, definition: null, name, nowMs });
      putTomb(change, covered(tombKey(job.uid)), { name, at: nowMs, cancel: options.cancel, by: actor.by });
      audit.write(change, actor, { action: "job.delete", target: name, before: job.definition });
      change.ring("tomb");
      if ((await store.commit(change)).outcome === "applied") return job;
    }
  }

  /** Stores many, parents first; a line for each in Dkron's words. */
  async restore(definitions: readonly JobDefinition[], actor: Actor): Promise<string[]> {
    const lines: string[] = [];
    for (const definition of parentsFirst(definitions)) {
      try {
        await this.put(definition, { ifMatch: null, restore: true }, actor);
        lines.push(`success create ${definition.name}`);
      } catch (thrown) {
        if (!(thrown instanceof CarillonError)) throw thrown;
        lines.push(`fail create ${definition.name}: ${thrown.message}`);
      }
    }
    return lines;
  }

  /** Whether new jobs are refused, by `/v1/pause`. */
  async newJobsRefused(): Promise<boolean> {
    return (await this.#fence()).value?.settings.refuseNewJobs ?? false;
  }

  /** Refuses or accepts new jobs from now on, on every server. */
  async refuseNewJobs(refuse: boolean, actor: Actor): Promise<void> {
    while (true) {
      const entry = await this.#fence();
      const fence = entry.value ?? firstFence;
      const change = new StoreChange();
      putFence(change, entry, { ...fence, settings: { ...fence.settings, refuseNewJobs: refuse } });
      const action = refuse ? "cluster.refuse_jobs" : "cluster.accept_jobs";
      this.#deps.audit.write(change, actor, { action, target: "" });
      if ((await this.#deps.store.commit(change)).outcome === "applied") return;
    }
  }

  /** A name that the catalogue does not know is taken for new without a read; the commit's check finds out if it is not. */
  async #currentOf(name: string, mustRead: boolean): Promise<Entry<Job>> {
    const { store, catalogue } = this.#deps;
    const key = jobKey(name);
    if (!mustRead && catalogue.isComplete && catalogue.byName(name) === undefined) {
      return { key, value: null, versionstamp: null };
    }
    return await store.get(jobTable, key);
  }

  /** A job keeps the target that it was created with. */
  #targetOf(before: Job | null): "all" | "one" {
    return before === null ? this.#deps.defaultTarget : before.definition.target ?? "all";
  }

  async #fence(): Promise<Entry<Fence>> {
    return await this.#deps.store.read(fenceTable, fenceKey());
  }

  async #mustAcceptJobs(name: string): Promise<void> {
    if (!await this.newJobsRefused()) return;
    throw new CarillonError("paused", `Cannot store job "${name}": New job submissions are currently paused`);
  }

  async #change(
    name: string,
    ifMatch: string | null,
    deed: JobDeed,
    edit: (job: Job, nowMs: number) => { job: Job; ended: Pause | null },
  ): Promise<Job> {
    while (true) {
      const entry = await this.#deps.store.get(jobTable, jobKey(name));
      if (entry.value === null) throw notFound(name);
      mustMatch(entry, name, ifMatch);
      const nowMs = this.#deps.clock.now();
      const { job, ended } = edit(entry.value, nowMs);
      const next = { ...job, revision: job.revision + 1, updatedAt: nowMs };
      if (await this.#store(entry, next, ended, deed)) return next;
    }
  }

  /** One commit for all that a job's change moves. Answers false when it was refused. */
  async #store(entry: Entry<Job>, job: Job, ended: Pause | null, { actor, action }: JobDeed): Promise<boolean> {
    const { store, clock, defaultTimezone, audit } = this.#deps;
    const nowMs = clock.now();
    const change = new StoreChange();
    putJob(change, entry, job);
    putRevision(change, covered(revisionKey(job.uid, job.revision)), { definition: job.definition, createdAt: nowMs });
    const timing = entry.value === null ? newTiming(job.uid) : await readTiming(store, job.uid);
    const restart = restarts(entry.value, job);
    const wasPaused = entry.value !== null && entry.value.pause !== null;
    writeTiming(change, timing, { job, restart, wasPaused, ended, defaultTimezone, nowMs });
    writeHeld(change, entry.value?.pause ?? null, job);
    if (hasParents(entry.value) || hasParents(job)) {
      await writeEdges(change, store, { uid: job.uid, definition: job.definition, name: job.definition.name, nowMs });
    }
    if (entry.value !== null && gateChanged(entry.value, job)) await writeGateChange(change, this.#deps, job);
    const deed = { action, target: job.definition.name, before: fieldsOf(entry.value), after: fieldsOf(job) };
    audit.write(change, actor, deed);
    change.ring("due");
    if (ended !== null) change.ring("backlog").ring("queue");
    return (await store.commit(change)).outcome === "applied";
  }
}

/** What is told of a job in the audit trail. */
function fieldsOf(job: Job | null) {
  return job && { ...job.definition, pause: job.pause };
}

/** Whether a job's times count from now: schedule text, zone or `startsAt` changed, it was enabled, or it is new. */
function restarts(before: Job | null, after: Job): boolean {
  if (before === null || (!isTimed(unpaused(before)) && isTimed(unpaused(after)))) return true;
  const { definition } = after;
  const { schedule, timezone, startsAt, disabled } = before.definition;
  return schedule !== definition.schedule || timezone !== definition.timezone || startsAt !== definition.startsAt ||
    (disabled && !definition.disabled);
}

/** A pause holds times back; they are due all the same. */
function unpaused(job: Job): Job {
  return { ...job, pause: null };
}

/** The mark that keeps brokers from handing out a paused job's waiting runs. */
function writeHeld(change: StoreChange, before: Pause | null, { uid, pause }: Job): void {
  if (pause !== null) putHeld(change, covered(heldKey(uid)), { from: pause.from });
  else if (before !== null) deleteHeld(change, covered(heldKey(uid)));
}

function hasParents(job: Job | null): boolean {
  return job !== null && parentsOf(job.definition).length > 0;
}

function gateChanged(before: Job, after: Job): boolean {
  const key = (job: Job) => gatePolicyOf(job.uid, job.definition)?.key;
  return key(after) !== undefined && key(before) !== key(after);
}
