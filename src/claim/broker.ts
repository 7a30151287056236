import { type Assignment, fits, type Node, type QueuedExecution, type Selector } from "../model/mod.ts";
import { type Clock, type Log, messageOf } from "../runtime/mod.ts";
import {
  covered,
  deleteQueueEntry,
  type FenceNow,
  type Found,
  groupKey,
  groupTable,
  nodeKey,
  nodeTable,
  putRunning,
  putTaken,
  runningKey,
  selectorKey,
  selectorTable,
  type Store,
  StoreChange,
  takenKey,
  takenTable,
} from "../store/mod.ts";
import { Span } from "../trace/mod.ts";
import { assignmentOf } from "./assignment.ts";
import { decideClaim } from "./decide_claim.ts";
import type { Minder } from "./minder.ts";
import type { QueueIndex } from "./queue_index.ts";

/** Claims committed for one poll at a time. */
const CLAIMS_AT_ONCE = 250;

/** What another server is to hand out is left to it for so long after this one could, in milliseconds. */
const LEFT_TO_OTHERS_MS = 100;

/** A poll that waits for work. */
export interface WaitingPoll {
  node: Node;
  freeSlots: number;
  /** Is told that its node is no longer as it was when the poll came: nothing is handed to it any more. */
  outdated(): void;
  /** Is given claims that are committed; called at most once, perhaps after it was taken back. */
  give(claims: Assignment[]): void;
}

/** What a broker works with. */
export interface BrokerDeps {
  store: Store;
  index: QueueIndex;
  clock: Clock;
  log: Log;
  /** What is known of a job's pause and the cluster's: whether its runs are held, and when they were released. */
  pauseOf: (uid: string) => { held: boolean; heldUntil: number | null };
  /** Checked by each claim: what is handed out after a pause of the cluster was answered is refused by the store. */
  fence: Pick<FenceNow, "entry" | "isPaused" | "refresh">;
  /** Which server hands out an execution first; undefined where there is only this one. */
  minder: Pick<Minder, "minds"> | undefined;
  /** Has the queues read again soon. */
  reread: () => void;
}

/**
 * Hands queue entries to waiting polls: most free slots first, jobs in turn. Each claim is checked by its queue entry, by the
 * node's record, so that no former life gets anything, and by the fence, so that no pause of the cluster is overlooked.
 */
export class Broker {
  readonly #deps: BrokerDeps;
  readonly #polls = new Set<WaitingPoll>();
  /** Polls that something is being claimed for. */
  readonly #claiming = new Map<WaitingPoll, Promise<void>>();
  /** Polls that were answered or given up: nothing is handed to them any more. */
  readonly #over = new WeakSet<WaitingPoll>();
  readonly #selectors = new Map<string, Selector>();
  /** Of these, the ones that name a node, by its name, and all others: a broadcast names a thousand. */
  readonly #ofNode = new Map<string, string[]>();
  readonly #ofAny: string[] = [];
  /** What a poll has tried in vain: it does not try again, or it would at once, without end. */
  readonly #triedBy = new WeakMap<WaitingPoll, Set<string>>();
  #scheduled = false;
  #waitsForOthers = false;

  constructor(deps: BrokerDeps) {
    this.#deps = deps;
    deps.index.onArrival(() => this.look());
  }

  /** Adds a waiting poll; answers how to take it back, which answers when what is being claimed for it, if anything, is. */
  offer(poll: WaitingPoll): () => Promise<void> | undefined {
    this.#polls.add(poll);
    this.look();
    return () => {
      this.#polls.delete(poll);
      this.#over.add(poll);
      return this.#claiming.get(poll);
    };
  }

  /** A node was forgotten; what still waits for it is learnt again. */
  forgetNode(name: string): void {
    for (const id of this.#ofNode.get(name) ?? []) this.#selectors.delete(id);
    this.#ofNode.delete(name);
  }

  /** Matches what is queued to who waits, soon. */
  look(): void {
    if (this.#scheduled || this.#polls.size === 0) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      // Of a thousand nodes that wait for nothing, one asks again every few milliseconds.
      if (this.#deps.index.isEmpty) return;
      for (const id of this.#deps.index.selectors()) if (!this.#selectors.has(id)) this.#learn(id);
      for (const poll of [...this.#polls].sort((a, b) => b.freeSlots - a.freeSlots)) this.#serve(poll);
    });
  }

  #serve(poll: WaitingPoll): void {
    if (poll.freeSlots === 0 || this.#deps.fence.isPaused) return;
    const nowMs = this.#deps.clock.now();
    // Targets of one group run on distinct nodes: a second one would only be given back.
    const groups = new Set<string>();
    const filter = {
      mayStart: (uid: string) => !this.#deps.pauseOf(uid).held,
      mayTake: (execution: QueuedExecution) => {
        if (groups.has(execution.group) || this.#triedBy.get(poll)?.has(execution.id)) return false;
        if (this.#isLeftToOthers(execution)) return false;
        groups.add(execution.group);
        return true;
      },
    };
    const most = Math.min(poll.freeSlots, CLAIMS_AT_ONCE);
    const taken = this.#deps.index.take(this.#selectorsOf(poll.node), most, nowMs, filter);
    if (taken.length === 0) return;
    this.#polls.delete(poll);
    const claiming = this.#claimAll(taken, poll, nowMs).then((claims) => {
      this.#claiming.delete(poll);
      if (claims.length > 0) poll.give(claims);
      else if (!this.#over.has(poll)) this.offer(poll);
    });
    this.#claiming.set(poll, claiming);
  }

  /** Two servers that hand out the same entries would refuse each other's commits. */
  #isLeftToOthers({ id, selector }: QueuedExecution): boolean {
    const { minder, index } = this.#deps;
    const known = this.#selectors.get(selector);
    if (!minder || !known || minder.minds(id, known) || index.unclaimedMs(id) >= LEFT_TO_OTHERS_MS) return false;
    void this.#waitForOthers();
    return true;
  }

  /** What was left to others and is still there when the queues are read again is handed out here. */
  async #waitForOthers(): Promise<void> {
    if (this.#waitsForOthers) return;
    this.#waitsForOthers = true;
    await this.#deps.clock.sleep(LEFT_TO_OTHERS_MS);
    this.#waitsForOthers = false;
    this.#deps.reread();
  }

  /** Never rejects: what cannot be claimed stays queued. */
  async #claimAll(taken: readonly Found<QueuedExecution>[], poll: WaitingPoll, nowMs: number): Promise<Assignment[]> {
    const claims = await Promise.all(taken.map((found) => this.#claim(found, poll, nowMs)));
    return claims.flatMap((claim) => claim ?? []);
  }

  async #claim(found: Found<QueuedExecution>, poll: WaitingPoll, nowMs: number): Promise<Assignment | null> {
    const { store, index, log, fence } = this.#deps;
    const { node } = poll;
    const change = new StoreChange().check(fence.entry);
    try {
      const taker = { node: node.name, incarnation: node.incarnation };
      const { heldUntil } = this.#deps.pauseOf(found.value.uid);
      const claimed = decideClaim({ execution: found.value, taker, nowMs, heldUntil });
      if (claimed === null) {
        this.#giveBack(found, poll);
        return null;
      }
      if (!await this.#checkNode(change, poll) || !await this.#writeTaken(change, found.value, node)) {
        this.#giveBack(found, poll);
        return null;
      }
      // Read before the claim is stored: what cannot be read stays queued, and holds up nothing else.
      const assignment = await assignmentOf(claimed, store);
      if (assignment === null) {
        // Its job was deleted, and the entry with it: what is remembered is behind.
        this.#noteTried(found, poll);
        await index.refresh(found);
        return null;
      }
      deleteQueueEntry(change, found);
      putRunning(change, covered(runningKey(node.name, node.incarnation, claimed.id)), claimed);
      const { outcome } = await store.commit(change);
      if (outcome === "applied") {
        noteWait(found.value, node);
        return assignment;
      }
      await Promise.all([fence.refresh(), index.refresh(found)]);
      return null;
    } catch (thrown) {
      log.error(`Cannot hand out "${found.value.jobName}": ${messageOf(thrown)}`, { execution: found.value.id });
      this.#giveBack(found, poll);
      return null;
    }
  }

  /** Answers false when the node has another life by now, has left, drains, or has to say first that it is back. */
  async #checkNode(change: StoreChange, poll: WaitingPoll): Promise<boolean> {
    const { name, incarnation, draining } = poll.node;
    const entry = await this.#deps.store.get(nodeTable, nodeKey(name));
    const now = entry.value;
    const isKnown = now?.incarnation === incarnation && now.silentSince === undefined;
    if (isKnown && now.draining === draining && !now.left) {
      change.check(entry);
      return true;
    }
    this.#over.add(poll);
    poll.outdated();
    return false;
  }

  #giveBack(found: Found<QueuedExecution>, poll: WaitingPoll): void {
    this.#noteTried(found, poll);
    this.#deps.index.giveBack(found);
  }

  #noteTried({ value }: Found<QueuedExecution>, poll: WaitingPoll): void {
    const tried = this.#triedBy.get(poll) ?? new Set<string>();
    this.#triedBy.set(poll, tried.add(value.id));
  }

  /** Targets of one group run on distinct nodes. Answers false when this node has another of them. */
  async #writeTaken(change: StoreChange, execution: QueuedExecution, node: Node): Promise<boolean> {
    const { store } = this.#deps;
    if (execution.lone) return true;
    const group = await store.get(groupTable, groupKey(execution.uid, execution.group));
    if (group.value === null || group.value.targets.length === 1) return true;
    // Each of its targets has a node of its own.
    if (group.value.wide && this.#selectors.get(execution.selector)?.node) return true;
    const taken = await store.get(takenTable, takenKey(execution.group, node.name));
    if (taken.value !== null && taken.value.target !== execution.target) return false;
    putTaken(change, taken, { target: execution.target });
    return true;
  }

  #selectorsOf(node: Node): string[] {
    const shared = this.#ofAny.filter((id) => {
      const selector = this.#selectors.get(id);
      return selector !== undefined && fits(selector, node);
    });
    return [...this.#ofNode.get(node.name) ?? [], ...shared];
  }

  #note(id: string, selector: Selector): void {
    if (this.#selectors.has(id)) return;
    this.#selectors.set(id, selector);
    if (selector.node === null) this.#ofAny.push(id);
    else this.#ofNode.set(selector.node, [...this.#ofNode.get(selector.node) ?? [], id]);
  }

  /** Gets to know a selector that this server has not met; one that is to be read is looked at again when it is known. */
  #learn(id: string): void {
    const key = selectorKey(id);
    const known = this.#deps.store.remembered<Selector>(key);
    if (known) return this.#note(id, known.value);
    Promise.resolve(this.#deps.store.get(selectorTable, key)).then(
      ({ value }) => {
        if (value === null) return;
        this.#note(id, value);
        this.look();
      },
      (thrown) => this.#deps.log.error(`Cannot read a selector: ${messageOf(thrown)}`, { selector: id }),
    );
  }
}

/** Its trace tells how long it waited, and who got it. */
function noteWait(execution: QueuedExecution, { name }: Node): void {
  const { id, attempt, readyAt } = execution;
  new Span("wait", execution, { startedAtMs: readyAt, attributes: { execution: id, attempt, node: name } }).end();
}
