import {
  type Actor,
  type Assignment,
  type Held,
  type Node,
  type PollAnswer,
  type PollRequest,
  type RegisterRequest,
  type ReportAnswer,
  type ReportRequest,
  type Result,
  UNREACHABLE_AFTER_MS,
} from "../model/mod.ts";
import { CarillonError, messageOf } from "../runtime/mod.ts";
import { nodeKey, nodeTable, putNode, StoreChange } from "../store/mod.ts";
import type { AgentsDeps } from "./agents_deps.ts";
import { declareDead } from "./declare_dead.ts";
import { changeDraining, markLeft, noteBack, takeBack, unbegun } from "./drain.ts";
import { LongPoll, type Told } from "./long_poll.ts";
import { isOf, ownChunks, refuse, type Refused } from "./ownership.ts";

/** A run that has lasted this long since its claim is shown as running, in milliseconds. */
const LASTING_MS = 100;

/** How often what a node has is read again where other servers write too, in milliseconds. */
const REFRESH_EACH_MS = 10_000;
/** The same of a node that has nothing, as far as this server knows. */
const REFRESH_IDLE_EACH_MS = 60_000;

/** What agents call: they register, poll for work, report what became of it, and leave. */
export class Agents {
  readonly #deps: AgentsDeps;
  readonly #polls = new Map<string, LongPoll>();
  /** When what each node has was last read, monotonic milliseconds. */
  readonly #refreshedAt = new Map<string, number>();
  /** What the last answer to each node said; nothing where it had nothing to say. */
  readonly #told = new Map<string, Told>();

  constructor(deps: AgentsDeps) {
    this.#deps = deps;
    deps.assigned.onCancel((node) => this.#polls.get(node)?.look());
    deps.outputs.onFollow(() => this.#polls.forEach((poll) => poll.look()));
  }

  /**
   * A new incarnation of a node begins. What its former life had not delivered is applied, and the rest of what that life
   * had is lost. Throws `forbidden` when another live node has the name, and `stale` when `signal` has aborted before anything
   * was stored: whoever asked is gone, and may have begun a newer life elsewhere.
   */
  async register(request: RegisterRequest, address: string, signal: AbortSignal): Promise<Node> {
    const { store, liveness, assigned, clock, log } = this.#deps;
    const { results = [], ...identity } = request;
    const key = nodeKey(request.name);
    while (true) {
      const entry = await store.read(nodeTable, key);
      const known = entry.value;
      if (known !== null && known.id !== request.id && !known.left) await this.#refuseNamesake(known, address);
      // An operator's word outlives a restart of the node; its own shutdown does not.
      const draining = known?.id === request.id && known.draining === "operator" ? "operator" : null;
      const node: Node = { ...identity, address, registeredAt: clock.now(), left: false, draining };
      const change = new StoreChange();
      putNode(change, entry, node);
      if (signal.aborted) {
        throw new CarillonError("stale", `Cannot register node "${node.name}": whoever asked has gone away`);
      }
      if ((await store.commit(change)).outcome === "refused") continue;
      liveness.heard(node.name);
      this.#told.delete(node.name);
      await assigned.load(node.name);
      await this.#applyResults(node.name, results);
      await this.loseFormerLives(node);
      log.info("Node registered", { node: node.name, incarnation: node.incarnation, address });
      return node;
    }
  }

  /** A node was forgotten. */
  forgetNode(name: string): void {
    this.#refreshedAt.delete(name);
    this.#told.delete(name);
  }

  /** Waits for news for a node: claims, cancels, live readers. Throws `stale` for an incarnation that is not the current one. */
  async poll(request: PollRequest, signal: AbortSignal): Promise<PollAnswer> {
    const { clock, liveness, store } = this.#deps;
    let node = await this.#current(request.node, request.incarnation);
    if (node.silentSince !== undefined) {
      await noteBack(store, node.name, node.incarnation);
      node = await this.#current(node.name, node.incarnation);
    }
    if (request.draining && node.draining === null) {
      // Of another life, or by an operator's word, when this poll was slow: then it is none of this one's business.
      const isThis = (now: Node) => now.incarnation === request.incarnation && now.draining === null;
      node = await changeDraining(store, node.name, (now) => isThis(now) ? "shutdown" : now.draining);
    }
    liveness.heard(node.name);
    await this.#refresh(node, request.held.length > 0);
    const before = clock.now() - LASTING_MS;
    this.#noteStarted(node.name, request.held, (claimedAt) => claimedAt <= before);
    this.#settleLost(node, request);
    const passOn = (claims: Assignment[]) => {
      const later = this.#polls.get(node.name);
      // Without a later poll, the next one finds them stored and unnamed.
      if (later !== poll && later?.node.incarnation === node.incarnation) later.give(claims);
    };
    const poll = new LongPoll(this.#deps, node, request, { told: this.#told.get(node.name), passOn });
    this.#polls.get(node.name)?.superseded();
    this.#polls.set(node.name, poll);
    const answer = await poll.run(signal);
    if (this.#polls.get(node.name) === poll) this.#polls.delete(node.name);
    const told = { followed: answer.followed, cancelled: answer.cancels.map(({ execution }) => execution) };
    if (told.followed.length + told.cancelled.length > 0) this.#told.set(node.name, told);
    else this.#told.delete(node.name);
    this.#deps.liveness.heard(node.name);
    return answer;
  }

  /** Another server asked runs to end: polls that wait here look whether it was theirs. */
  async lookForCancels(): Promise<void> {
    this.#refreshedAt.clear();
    await Promise.all([...this.#polls].map(async ([node, poll]) => {
      if (!poll.holdsAny) return;
      await this.#deps.assigned.load(node);
      poll.look();
    }));
  }

  /**
   * What a node has may have changed where other servers write too: it is read again now and then, and at once when the
   * node has spoken to another server, which may have given it something.
   */
  async #refresh(node: Node, holdsAny: boolean): Promise<void> {
    const { store, assigned, liveness, clock } = this.#deps;
    if (store.engine.profile.soleWriter) return;
    const nowMs = clock.monotonic();
    const readAtMs = this.#refreshedAt.get(node.name) ?? -Infinity;
    const eachMs = holdsAny || assigned.mayRun(node.name) ? REFRESH_EACH_MS : REFRESH_IDLE_EACH_MS;
    if (nowMs - readAtMs < eachMs && liveness.elsewhereAtMs(node.name) < readAtMs) return;
    this.#refreshedAt.set(node.name, nowMs);
    await assigned.load(node.name);
  }

  /** Takes output, starts and results; what is named in the answer needs no sending again. */
  async report(request: ReportRequest): Promise<ReportAnswer> {
    const node = await this.#current(request.node, request.incarnation);
    this.#deps.liveness.heard(node.name);
    const ended = new Set(request.results.map((result) => result.execution));
    this.#noteStarted(node.name, request.started.filter(({ execution }) => !ended.has(execution)), () => true);
    const { own, refused } = await ownChunks(this.#deps, node.name, request.chunks);
    if (own.length > 0) await this.#deps.outputs.append(own);
    const results = await this.#applyResults(node.name, request.results);
    const returned = await takeBack(this.#deps, node.name, request.returned ?? []);
    return { done: [...results.done, ...returned], refused: [...refused, ...results.refused] };
  }

  /** A node goes away for good; what it still had is lost. */
  async leave(name: string, incarnation: string): Promise<void> {
    const { store, assigned, finisher } = this.#deps;
    await assigned.load(name);
    // An agent leaves with nothing undelivered: what it has not said to have begun, it never began.
    const claimed = assigned.all(name).filter((execution) => execution.incarnation === incarnation);
    await takeBack(this.#deps, name, claimed.flatMap(unbegun));
    if (!await markLeft(store, name, incarnation)) return;
    await Promise.all(
      assigned.all(name).map(({ uid, id }) =>
        finisher.submit(uid, { kind: "lost", execution: id, reason: "its node left", over: true })
      ),
    );
  }

  /** Ends what earlier incarnations of a node still had: that node killed its survivors before it registered. */
  async loseFormerLives(node: Node): Promise<void> {
    const former = this.#deps.assigned.all(node.name).filter((execution) => execution.incarnation !== node.incarnation);
    await Promise.all(
      former.map(({ uid, id }) =>
        this.#deps.finisher.submit(uid, { kind: "lost", execution: id, reason: "its node restarted", over: true })
      ),
    );
  }

  /** Lets a node drain, or work again. What it has not begun comes back; answers the node. Throws `not_found`. */
  async drain(name: string, draining: boolean, actor: Actor): Promise<Node> {
    const { store, audit } = this.#deps;
    const action = draining ? "node.drain" : "node.undrain";
    const node = await changeDraining(
      store,
      name,
      () => draining ? "operator" : null,
      (change) => audit.write(change, actor, { action, target: name }),
    );
    this.#polls.get(name)?.drained(node);
    this.#deps.log.info(draining ? "Node drains" : "Node works again", { node: name });
    return node;
  }

  /** An operator says that a silent node is dead: what it had is over. Throws `not_found`, `invalid` for a live one. */
  async declareDead(name: string, actor: Actor): Promise<Node> {
    return await declareDead(this.#deps, name, actor);
  }

  /** Two machines of one name would take each other's runs: the second one is refused while the first may have any. */
  async #refuseNamesake(known: Node, address: string): Promise<void> {
    const { liveness, assigned } = this.#deps;
    // A server that has just begun has heard nobody yet: who has not been silent for long may be alive.
    const alive = !known.left && liveness.silentMs(known.name) < UNREACHABLE_AFTER_MS;
    if (!alive) await assigned.load(known.name);
    if (!alive && !assigned.mayRun(known.name)) return;
    const what = alive
      ? `a live node at ${known.address || "this server"}`
      : `a silent node at ${known.address || "this server"}, whose runs are not known to be over`;
    throw new CarillonError(
      "forbidden",
      `Cannot register node "${known.name}" from ${address || "this server"}: the name is taken by ${what}; ` +
        "give this node another --node-name",
    );
  }

  /** What is remembered is good enough while it agrees, as each claim is checked by it; a refusal needs the truth. */
  async #current(name: string, incarnation: string): Promise<Node> {
    const { store } = this.#deps;
    const isCurrent = (node: Node | null | undefined) => node?.incarnation === incarnation && !node.left;
    const remembered = store.remembered<Node>(nodeKey(name))?.value;
    if (remembered && isCurrent(remembered)) return remembered;
    const { value } = await store.read(nodeTable, nodeKey(name));
    if (value !== null && isCurrent(value)) return value;
    const code = value === null ? "not_found" : "stale";
    throw new CarillonError(code, `Cannot serve node "${name}": this incarnation is not registered`);
  }

  /**
   * Stores what has begun to run. A short run ends before it is worth storing that it began: its end says so too. A start
   * that cannot be stored now is told again by the next poll.
   */
  #noteStarted(node: string, held: readonly Held[], isWorthIt: (claimedAt: number) => boolean): void {
    const { assigned, finisher, log } = this.#deps;
    for (const { execution, startedAfterMs } of held) {
      const known = assigned.get(node, execution);
      if (startedAfterMs === null || known?.state !== "claimed" || !isWorthIt(known.claimedAt)) continue;
      finisher.submit(known.uid, { kind: "started", execution, node, startedAfterMs }).catch((thrown) =>
        log.warn(`Cannot store that a run started: ${messageOf(thrown)}`, { execution })
      );
    }
  }

  /** An agent that was silent and does not name a run that was called lost has not got it: it is over, or never came. */
  #settleLost(node: Node, request: PollRequest): void {
    const { assigned, finisher, log } = this.#deps;
    const held = new Set(request.held.map(({ execution }) => execution));
    for (const { uid, id } of assigned.lostOf(node).filter((lost) => !held.has(lost.id))) {
      const event = { kind: "lost", execution: id, reason: "its agent does not have it", over: true } as const;
      finisher.submit(uid, event).catch((thrown) =>
        log.warn(`Cannot store that a lost run is over: ${messageOf(thrown)}`, { execution: id })
      );
    }
  }

  async #applyResults(node: string, results: readonly Result[]): Promise<{ done: string[]; refused: Refused[] }> {
    const refused: Refused[] = [];
    const done = await Promise.all(results.map(async (result) => {
      try {
        const execution = await this.#deps.finisher.submit(result.uid, { kind: "result", node, result });
        if (execution !== null && !isOf(execution, node)) refused.push(refuse(this.#deps, node, result.execution));
        return [result.execution];
      } catch (thrown) {
        this.#deps.log.warn(`Cannot store a result: ${messageOf(thrown)}`, { execution: result.execution });
        return [];
      }
    }));
    return { done: done.flat(), refused };
  }
}
