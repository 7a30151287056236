import type { AuditTrail } from "../audit/mod.ts";
import type { Actor, Group, Job, Node } from "../model/mod.ts";
import { CarillonError, type Clock, encodeTime, type Random, randomDigits } from "../runtime/mod.ts";
import {
  covered,
  groupKey,
  groupTable,
  idempotencyKey,
  idempotencyTable,
  jobKey,
  jobTable,
  putIdempotency,
  type Store,
  StoreChange,
} from "../store/mod.ts";
import { currentTrace, Span } from "../trace/mod.ts";
import { type QueuedRuns, type StartedNow, writeStartNow } from "./start_now.ts";

/** What starting by hand works with. */
export interface StarterDeps {
  store: Store;
  clock: Clock;
  random: Random;
  audit: AuditTrail;
  liveNodes: () => readonly Node[];
  index: QueuedRuns;
  /** Does what the gate of a `replace` job owes after a start. */
  settleGate: (gate: string) => Promise<void>;
}

/** Starts jobs because somebody asks. */
export class Starter {
  readonly #deps: StarterDeps;

  constructor(deps: StarterDeps) {
    this.#deps = deps;
  }

  /**
   * Starts a job now; the same idempotency key within a day answers the group it once started. Throws `not_found`,
   * `disabled`, `overlap` when the gate or a full queue refuses it, and `too_large` when too many nodes fit; both are
   * recorded as a skipped execution.
   */
  async start(
    name: string,
    options: { force: boolean; idempotencyKey: string | null },
    actor: Actor,
  ): Promise<Group> {
    while (true) {
      const job = await this.#deps.store.get(jobTable, jobKey(name));
      if (job.value === null) throw new CarillonError("not_found", `Cannot run job "${name}": there is no such job`);
      if (job.value.definition.disabled) {
        throw new CarillonError("disabled", `Cannot run job "${name}": it is disabled`);
      }
      const change = new StoreChange().check(job);
      const id = options.idempotencyKey === null ? null : `${job.value.uid}/${options.idempotencyKey}`;
      const known = id === null ? null : await this.#startedBefore(change, job.value, id);
      if (known !== null) return known;
      const groupId = this.#newGroupId();
      const span = new Span("start", { jobName: name, trace: currentTrace() });
      const started = await writeStartNow(change, {
        job: job.value,
        groupId,
        trigger: "manual",
        requestedBy: options.force ? `${actor.by} (forced)` : actor.by,
        forced: options.force,
        trace: span.parent,
      }, { ...this.#deps, liveNodes: this.#deps.liveNodes(), nowMs: this.#deps.clock.now() });
      // A refused start may be tried again with its key.
      if (started.refused === null) {
        this.#deps.audit.write(change, actor, { action: "job.run", target: name, after: { group: groupId } });
      }
      if (id !== null && started.refused === null) this.#noteKey(change, id, job.value.uid, groupId);
      if ((await this.#deps.store.commit(change)).outcome === "refused") continue;
      span.end({ group: groupId }, started.refused?.reason);
      if (started.gate !== null) await this.#deps.settleGate(started.gate);
      return acceptedGroup(name, started);
    }
  }

  #newGroupId(): string {
    return encodeTime(this.#deps.clock.now()) + randomDigits(this.#deps.random, 10);
  }

  async #startedBefore(change: StoreChange, job: Job, id: string): Promise<Group | null> {
    const entry = await this.#deps.store.get(idempotencyTable, idempotencyKey(id));
    change.check(entry);
    if (entry.value === null) return null;
    const { uid, group, at } = entry.value;
    const stored = await this.#deps.store.get(groupTable, groupKey(uid, group));
    return stored.value ?? forgottenGroup(job, group, at);
  }

  #noteKey(change: StoreChange, id: string, uid: string, group: string): void {
    putIdempotency(change, covered(idempotencyKey(id)), { uid, group, at: this.#deps.clock.now() });
  }
}

/** What is still known of a group whose record retention has removed: that it was started, and has ended. */
function forgottenGroup(job: Job, id: string, at: number): Group {
  return {
    id,
    uid: job.uid,
    jobName: job.definition.name,
    revision: job.revision,
    trigger: "manual",
    dueAt: null,
    createdAt: at,
    requestedBy: null,
    gate: null,
    state: "ended",
    lane: 0,
    startDeadlineMs: 0,
    targets: [],
    endedAt: at,
    outcome: null,
  };
}

function acceptedGroup(name: string, { group, refused }: StartedNow): Group {
  if (refused === null) return group;
  if (refused.why === "too_large") {
    throw new CarillonError("too_large", `Cannot run job "${name}": it would have ${refused.reason}`);
  }
  const blocked = refused.blockedBy.join(", ");
  const why = blocked === ""
    ? `${refused.reason}, as many of its runs wait as may`
    : `${refused.reason}, group ${blocked} holds its place; run it with ?force=true to start it all the same`;
  throw new CarillonError("overlap", `Cannot run job "${name}": ${why}`);
}
