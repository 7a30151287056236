import {
  type Backlog,
  BACKLOG_LANE,
  emptyGate,
  executionId,
  type Fence,
  type Gate,
  type GatePolicy,
  pauseAt,
  scheduledGroupId,
  targetsOf,
} from "../model/mod.ts";
import { messageOf } from "../runtime/mod.ts";
import {
  decideStart,
  knowSelectors,
  queuedWithUnmade,
  selectorsOfStart,
  type StartRequest,
  writeStart,
} from "../start/mod.ts";
import {
  backlogKey,
  backlogPrefix,
  backlogTable,
  covered,
  cursorKey,
  cursorTable,
  deleteBacklog,
  dueKey,
  dueTable,
  type Entry,
  type Found,
  gapKey,
  gateKey,
  gateTable,
  groupKey,
  groupTable,
  putBacklog,
  putDue,
  putGap,
  StoreChange,
} from "../store/mod.ts";
import { Span, type TraceParent } from "../trace/mod.ts";
import { stepBacklog } from "./backlog_phases.ts";
import type { FireDeps } from "./firing.ts";

/** Catch-up runs of one job that may be queued at a time: what waits in the store costs less than what waits in a queue. */
const QUEUED_AT_MOST = 50;

/** Backlogs worked on at once: few enough that on-time firing gets its turn. */
const PAGE = 100;

/** What became of one step on a backlog. */
type StepOutcome = "applied" | "refused" | "no room";

/** What a step has written: `settled` times that do not run. */
type Written = "started" | "settled" | "no room";

/** Works off missed times: one step for each job in turn, in the lowest lane. */
export class BacklogWork {
  readonly #deps: FireDeps;
  #nextUid = "";

  constructor(deps: FireDeps) {
    this.#deps = deps;
  }

  /**
   * One step for the next jobs in turn that have a backlog. Answers how many moved on, had no room, were refused. A pause
   * of the cluster leaves no room for starts; what is refused by policy is settled meanwhile.
   */
  async pass(fence: Entry<Fence>): Promise<{ moved: number; left: number; refused: number }> {
    const entries = await this.#nextPage();
    const steps = await Promise.all(entries.map((entry) => this.#step(entry, fence)));
    const count = (outcome: StepOutcome) => steps.filter((step) => step === outcome).length;
    return { moved: count("applied"), left: count("no room"), refused: count("refused") };
  }

  /** The next backlogs in turn: after the last page comes the first again. */
  async #nextPage(): Promise<Found<Backlog>[]> {
    const { store } = this.#deps;
    const range = { prefix: backlogPrefix(), start: backlogKey(this.#nextUid) };
    const page = await store.list(backlogTable, range, { limit: PAGE });
    const last = page.at(-1);
    this.#nextUid = page.length < PAGE || last === undefined ? "" : `${last.key[1]}\u0000`;
    return page;
  }

  async #step(entry: Found<Backlog>, fence: Entry<Fence>): Promise<StepOutcome> {
    try {
      const change = new StoreChange().check(fence);
      const span = new Span("fire", entry.value.plan);
      const written = await this.#write(change, entry, fence.value, span.parent);
      if (written === "no room") return written;
      const { outcome } = await this.#deps.store.commit(change);
      if (outcome === "applied" && written === "started") span.end({ missed: "true" });
      return outcome;
    } catch (thrown) {
      const { jobName } = entry.value.plan;
      this.#deps.log.error(`Cannot work off missed times of "${jobName}": ${messageOf(thrown)}`, { job: jobName });
      return "refused";
    }
  }

  /** `no room` when the job's turn has not come: in its gate, or in its queue. */
  async #write(change: StoreChange, entry: Found<Backlog>, fence: Fence | null, trace: TraceParent): Promise<Written> {
    let written: Written = "settled";
    const { plan } = entry.value;
    const nowMs = this.#deps.clock.now();
    const step = stepBacklog(entry.value, nowMs);
    switch (step.kind) {
      case "changed":
        putBacklog(change, entry, step.backlog);
        return written;
      case "gap":
        if (step.gap.count > 0) putGap(change, covered(gapKey(plan.uid, step.gap.from)), step.gap);
        break;
      case "start":
        if (pauseAt(fence?.settings.pauses ?? [], nowMs) !== null) return "no room";
        written = await this.#start(change, entry.value, { nominal: step.nominal, trace });
        if (written === "no room") return written;
        break;
      default:
        return step satisfies never;
    }
    if (step.backlog !== null) putBacklog(change, entry, step.backlog);
    else await this.#end(change, entry);
    return written;
  }

  async #start(
    change: StoreChange,
    backlog: Backlog,
    { nominal, trace }: { nominal: number; trace: TraceParent },
  ): Promise<Written> {
    const { plan } = backlog;
    const { store, clock } = this.#deps;
    const queued = this.#deps.queuedRuns(plan.uid);
    if (queued >= QUEUED_AT_MOST) return "no room";
    const groupId = scheduledGroupId(plan.uid, nominal);
    const known = await store.get(groupTable, groupKey(plan.uid, groupId));
    const first = executionId(groupId, 0, 1);
    const run = await this.#deps.open.find(plan.uid, first, { nearby: !backlog.joined });
    if (known.value !== null || run.value !== null) return "settled";
    // Read, not remembered: no commit would show that a place has been freed by another server.
    const gate = plan.gate === null ? null : await store.read(gateTable, gateKey(plan.gate.key));
    if (plan.gate !== null && !hasRoom(gate?.value ?? emptyGate, plan.gate)) return "no room";
    const selectors = targetsOf(plan, this.#deps.liveNodes());
    if (await queuedWithUnmade(store, { uid: plan.uid, selectors }, queued) >= QUEUED_AT_MOST) return "no room";
    const request: StartRequest = {
      uid: plan.uid,
      jobName: plan.jobName,
      revision: plan.revision,
      groupId,
      trigger: "catch-up",
      dueAt: nominal,
      requestedBy: null,
      gate: plan.gate,
      forced: false,
      lane: BACKLOG_LANE,
      startDeadlineMs: plan.startDeadlineMs,
      selectors,
      trace,
    };
    const decision = decideStart(request, gate?.value ?? null, clock.now());
    if (decision.kind === "refuse" && decision.why === "too_large") {
      const gap = { from: nominal, to: nominal, count: 1, reason: decision.reason };
      putGap(change, covered(gapKey(plan.uid, nominal)), gap);
      return "settled";
    }
    if (decision.kind !== "start") return "no room";
    await knowSelectors(store, selectorsOfStart(request.selectors));
    change.check(known).check(run);
    writeStart(change, decision, gate);
    return "started";
  }

  /** The last missed time is dealt with: the due entry, if there is one, says so. */
  async #end(change: StoreChange, entry: Found<Backlog>): Promise<void> {
    const { store } = this.#deps;
    const { uid } = entry.value.plan;
    deleteBacklog(change, entry);
    const cursor = await store.get(cursorTable, cursorKey(uid));
    change.check(cursor);
    if (cursor.value?.dueAt === null || cursor.value === null) return;
    const due = await store.get(dueTable, dueKey(cursor.value.dueAt, uid));
    if (due.value !== null) putDue(change, due, { ...due.value, backlogged: false });
    else change.check(due);
  }
}

function hasRoom(gate: Gate, policy: GatePolicy): boolean {
  return gate.holders.length < policy.limit && gate.waiting.length === 0;
}
