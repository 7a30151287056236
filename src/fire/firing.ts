import { type Backlog, type Due, type Fence, type Gate, type Node, type Selector, targetsOf } from "../model/mod.ts";
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
import { decideFire, type FireDecision } from "./decide_fire.ts";
import { mergeMissed } from "./backlog_phases.ts";
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

/** The bell that says: the head of the due index may have changed. */
export const DUE_BELL = "due";

/** The bell that says: there may be missed times to work off. */
export const BACKLOG_BELL = "backlog";

/** Turns due entries into groups, under the fence of one leadership. */
export class Firing {
  readonly #deps: FireDeps;
  readonly #head: DueHead;

  constructor(deps: FireDeps) {
    this.#deps = deps;
    this.#head = new DueHead(deps.store, deps.clock);
  }

  /**
   * Fires everything that is due, each job's next time once. Answers how long to wait for the next due time in
   * milliseconds (0: look again at once), and whether the fence refused something.
   */
  async pass(fence: Entry<Fence>): Promise<{ waitMs: number; refused: number }> {
    const nowMs = this.#deps.clock.now();
    const knownWaitMs = this.#head.waitMs();
    if (knownWaitMs > 0) return { waitMs: knownWaitMs, refused: 0 };
    const due = await this.#deps.store.list(dueTable, { prefix: duePrefix(), end: dueKey(nowMs + 1, "") }, {
      limit: PAGE,
    });
    if (due.length === 0) return { waitMs: await this.#head.read(), refused: 0 };
    const live = this.#deps.liveNodes();
    const fires = due.flatMap((entry) => this.#aim(entry, live));
    await knowSelectors(this.#deps.store, fires.flatMap(({ selectors }) => selectorsOfStart(selectors)));
    const firing: Promise<"applied" | "refused">[] = [];
    for (const [i, fire] of fires.entries()) {
      if (i > 0 && i % SENT_TOGETHER === 0) await this.#deps.clock.sleep(0);
      firing.push(this.#fire(fire, fence, nowMs));
    }
    const results = await Promise.all(firing);
    const refused = results.filter((result) => result === "refused").length + due.length - fires.length;
    return { waitMs: 0, refused };
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

  async #fire(fire: Fire, fence: Entry<Fence>, nowMs: number): Promise<"applied" | "refused"> {
    try {
      const { change, gate } = await this.#decide(fire, fence, nowMs);
      const { outcome } = await this.#deps.store.commit(change);
      if (outcome === "applied" && gate !== null) await settleGate(gate, this.#deps.store, this.#deps.finisher);
      return outcome;
    } catch (thrown) {
      const { jobName } = fire.entry.value.plan;
      this.#deps.log.error(`Cannot fire "${jobName}": ${messageOf(thrown)}`, { job: jobName, error: thrown });
      return "refused";
    }
  }

  /** The change that one due entry asks for, and the gate that may have something to settle after it. */
  async #decide({ entry, selectors }: Fire, fence: Entry<Fence>, nowMs: number) {
    const { store } = this.#deps;
    const { plan } = entry.value;
    const gate = plan.gate === null ? null : await store.get(gateTable, gateKey(plan.gate.key));
    const decision = decideFire({
      due: entry.value,
      atMs: Number(entry.key[1]),
      nowMs,
      gate: gate?.value ?? null,
      queuedRuns: await queuedWithUnmade(store, { uid: plan.uid, selectors }, this.#deps.queuedRuns(plan.uid)),
      selectors,
    });
    const change = new StoreChange().check(fence);
    await this.#write(change, entry, decision, gate);
    const replaces = plan.gate?.concurrency === "replace" && decision.kind === "started";
    return { change, gate: replaces && plan.gate !== null ? plan.gate.key : null };
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
        await this.#addMissed(change, due, decision.to);
        openGap = null;
        backlogged = true;
        lastNominal = decision.to;
        break;
      case "behind":
        await this.#addMissed(change, due, due.nominal);
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
  async #addMissed(change: StoreChange, due: Due, to: number): Promise<void> {
    const { openGap } = due;
    if (openGap !== null) putGap(change, covered(gapKey(due.plan.uid, openGap.from)), openGap);
    const entry = await this.#deps.store.get(backlogTable, backlogKey(due.plan.uid));
    const backlog: Backlog = mergeMissed(entry.value, due, to);
    putBacklog(change, entry, backlog);
    change.ring(BACKLOG_BELL);
  }
}
