import {
  type Backlog,
  type ClusterPause,
  type Due,
  endedPauses,
  type Fence,
  type Gate,
  type Node,
  pauseAt,
  pauseOver,
  scheduledGroupId,
  type Selector,
  targetsOf,
} from "../model/mod.ts";
import { type Clock, type Log, messageOf } from "../runtime/mod.ts";
import {
  backlogKey,
  backlogTable,
  covered,
  cursorKey,
  deleteDue,
  dueKey,
  duePrefix,
  dueTable,
  type Entry,
  type Found,
  gapKey,
  gateKey,
  gateTable,
  type OpenExecutions,
  putBacklog,
  putCursor,
  putDue,
  putGap,
  type Store,
  StoreChange,
} from "../store/mod.ts";
import { knowSelectors, queuedWithUnmade, selectorsOfStart, writeStart } from "../start/mod.ts";
import { type Finisher, settleGate } from "../finish/mod.ts";
import { Span, type TraceParent } from "../trace/mod.ts";
import { decideFire, type FireDecision } from "./decide_fire.ts";
import { addHeld, mergeMissed } from "./backlog_phases.ts";
import { DueHead } from "./due_head.ts";

/** What firing works with. */
export interface FireDeps {
  store: Store;
  finisher: Finisher;
  open: OpenExecutions;
  clock: Clock;
  log: Log;
  /** Nodes heard of lately. */
  liveNodes: () => readonly Node[];
  /** Queued runs of a job, as far as this server knows. */
  queuedRuns: (uid: string) => number;
}

/** Due entries fired at once: few enough that claims and ends get their turn between two pages. */
const PAGE = 250;

/** Of these, so many are decided before the next ones: the first runs begin while the last are still decided. */
const SENT_TOGETHER = 48;

/** One due entry and where its run may go. */
interface Fire {
  entry: Found<Due>;
  selectors: readonly Selector[];
}

/** What all fires of one pass have in common. */
interface Pass {
  fence: Entry<Fence>;
  pauses: readonly ClusterPause[];
  nowMs: number;
}

/** The bell that says: the head of the due index may have changed. */
export const DUE_BELL = "due";

/** The bell that says: there may be missed times to work off. */
export const BACKLOG_BELL = "backlog";

/** Turns due entries into groups, under the fence of one leadership. */
export class Firing {
  readonly #deps: FireDeps;
  readonly #head: DueHead;
  /** Nothing is left to be dealt with of pauses that ended up to here. Epoch milliseconds. */
  #settledTo = 0;

  constructor(deps: FireDeps) {
    this.#deps = deps;
    this.#head = new DueHead(deps.store, deps.clock);
  }

  /**
   * Fires everything that is due, each job's next time once. Answers how long to wait for the next due time in
   * milliseconds (0: look again at once), and whether the fence refused something. While the cluster is paused it fires
   * nothing; what became due meanwhile follows the pause's policy afterwards, page by page.
   */
  async pass(fence: Entry<Fence>): Promise<{ waitMs: number; refused: number }> {
    const nowMs = this.#deps.clock.now();
    const pauses = fence.value?.settings.pauses ?? [];
    const paused = pauseAt(pauses, nowMs);
    if (paused !== null) return { waitMs: (paused.to ?? Infinity) - nowMs, refused: 0 };
    const knownWaitMs = this.#head.waitMs();
    if (knownWaitMs > 0) return { waitMs: knownWaitMs, refused: 0 };
    const due = await this.#deps.store.list(dueTable, { prefix: duePrefix(), end: dueKey(nowMs + 1, "") }, {
      limit: PAGE,
    });
    const unsettled = this.#unsettled(pauses, due[0], nowMs);
    if (due.length === 0) return { waitMs: await this.#head.read(), refused: 0 };
    const live = this.#deps.liveNodes();
    const fires = due.flatMap((entry) => this.#aim(entry, live));
    await knowSelectors(this.#deps.store, fires.flatMap(({ selectors }) => selectorsOfStart(selectors)));
    const firing: Promise<"applied" | "refused">[] = [];
    for (const [i, fire] of fires.entries()) {
      if (i > 0 && i % SENT_TOGETHER === 0) await this.#deps.clock.sleep(0);
      firing.push(this.#fire(fire, { fence, pauses: unsettled, nowMs }));
    }
    const results = await Promise.all(firing);
    const refused = results.filter((result) => result === "refused").length + due.length - fires.length;
    return { waitMs: 0, refused };
  }

  /** The pauses that may hold back a due entry still. With the head of the index behind its end, none has anything left. */
  #unsettled(pauses: readonly ClusterPause[], head: Found<Due> | undefined, nowMs: number): readonly ClusterPause[] {
    const endMs = endedPauses(pauses, nowMs).at(-1)?.to ?? 0;
    if (head === undefined || Number(head.key[1]) >= endMs) this.#settledTo = Math.max(this.#settledTo, endMs);
    return pauses.filter(({ to }) => to === null || to > this.#settledTo);
  }

  /** Where a due entry's run may go; an entry whose plan cannot be read so is logged and left. */
  #aim(entry: Found<Due>, live: readonly Node[]): Fire[] {
    try {
      return [{ entry, selectors: targetsOf(entry.value.plan, live) }];
    } catch (thrown) {
      this.#deps.log.error(`Cannot fire "${entry.value.plan.jobName}": ${messageOf(thrown)}`, { error: thrown });
      return [];
    }
  }

  async #fire(fire: Fire, pass: Pass): Promise<"applied" | "refused"> {
    try {
      const { plan, nominal } = fire.entry.value;
      const span = new Span("fire", plan, { startedAtMs: nominal });
      const { change, gate, started } = await this.#decide(fire, pass, span.parent);
      const { outcome } = await this.#deps.store.commit(change);
      if (outcome === "applied" && started) span.end({ group: scheduledGroupId(plan.uid, nominal) });
      if (outcome === "applied" && gate !== null) await settleGate(gate, this.#deps.store, this.#deps.finisher);
      return outcome;
    } catch (thrown) {
      const { jobName } = fire.entry.value.plan;
      this.#deps.log.error(`Cannot fire "${jobName}": ${messageOf(thrown)}`, { job: jobName, error: thrown });
      return "refused";
    }
  }

  /** The change that one due entry asks for, and the gate that may have something to settle after it. */
  async #decide({ entry, selectors }: Fire, { fence, pauses, nowMs }: Pass, trace: TraceParent) {
    const { store } = this.#deps;
    const { plan } = entry.value;
    const gate = plan.gate === null ? null : await store.get(gateTable, gateKey(plan.gate.key));
    const atMs = Number(entry.key[1]);
    const decision = decideFire({
      due: entry.value,
      atMs,
      nowMs,
      pause: pauseOver(pauses, atMs, nowMs),
      gate: gate?.value ?? null,
      queuedRuns: await queuedWithUnmade(store, { uid: plan.uid, selectors }, this.#deps.queuedRuns(plan.uid)),
      selectors,
      trace,
    });
    const change = new StoreChange().check(fence);
    await this.#write(change, entry, decision, gate);
    const started = decision.kind === "started";
    const replaces = plan.gate?.concurrency === "replace" && started;
    return { change, started, gate: replaces && plan.gate !== null ? plan.gate.key : null };
  }

  async #write(
    change: StoreChange,
    entry: Found<Due>,
    decision: FireDecision,
    gate: Entry<Gate> | null,
  ): Promise<void> {
    const due = entry.value;
    const { uid } = due.plan;
    let openGap = due.openGap;
    let backlogged = due.backlogged;
    let lastNominal = due.nominal;
    switch (decision.kind) {
      case "missed":
        await this.#addMissed(change, due, (backlog) => mergeMissed(backlog, due, decision.to));
        openGap = null;
        backlogged = true;
        lastNominal = decision.to;
        break;
      case "held": {
        const { times, policy } = decision;
        if (times === null) {
          // It is not accounted for, but put off.
          lastNominal = due.nominal - 1;
          break;
        }
        await this.#addMissed(change, due, (backlog) => addHeld(backlog, times, policy));
        openGap = null;
        backlogged = true;
        lastNominal = times.to;
        break;
      }
      case "behind":
        await this.#addMissed(change, due, (backlog) => mergeMissed(backlog, due, due.nominal));
        openGap = null;
        break;
      case "refused":
        if (gate !== null) change.check(gate);
        openGap = decision.gap;
        if (decision.closed) putGap(change, covered(gapKey(uid, decision.closed.from)), decision.closed);
        break;
      case "started":
        writeStart(change, decision.decision, gate);
        if (decision.closed) putGap(change, covered(gapKey(uid, decision.closed.from)), decision.closed);
        openGap = null;
        break;
      default:
        decision satisfies never;
    }
    this.#advance(change, entry, decision.next, { ...due, openGap, backlogged }, lastNominal);
  }

  /** Moves the due entry to the next time; with none left, what it carried is stored beside it. */
  #advance(change: StoreChange, entry: Found<Due>, next: FireDecision["next"], due: Due, lastNominal: number): void {
    const { uid } = due.plan;
    deleteDue(change, entry);
    putCursor(change, covered(cursorKey(uid)), { lastNominal, dueAt: next?.atMs ?? null });
    if (next !== null) putDue(change, covered(dueKey(next.atMs, uid)), { ...due, nominal: next.nominal });
    else if (due.openGap !== null) putGap(change, covered(gapKey(uid, due.openGap.from)), due.openGap);
  }

  /** A missed time has its own fate: the gap before it is closed. */
  async #addMissed(change: StoreChange, due: Due, add: (backlog: Backlog | null) => Backlog): Promise<void> {
    const { openGap } = due;
    if (openGap !== null) putGap(change, covered(gapKey(due.plan.uid, openGap.from)), openGap);
    const entry = await this.#deps.store.get(backlogTable, backlogKey(due.plan.uid));
    putBacklog(change, entry, add(entry.value));
    change.ring(BACKLOG_BELL);
  }
}
