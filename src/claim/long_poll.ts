import type { AssignedExecution, Assignment, Node, PollAnswer, PollRequest } from "../model/mod.ts";
import { Doorbell, messageOf } from "../runtime/mod.ts";
import type { AgentsDeps } from "./agents_deps.ts";
import { withSecretsOf } from "./hand_out.ts";
import { assignmentOf } from "./assignment.ts";
import type { WaitingPoll } from "./broker.ts";

/** Executions that an answer to a node named: those that are read live, and those that are to end. */
export interface Told {
  followed: readonly string[];
  cancelled: readonly string[];
}

/** How long an answer waits, beyond what the agent asked, for claims that are being stored for it. Milliseconds. */
const CLAIMING_MS = 1_000;

/** What a poll does with claims that it can no longer answer. */
type PassOn = (claims: Assignment[]) => void;

/** One poll of a node: waits until there is something to answer. */
export class LongPoll implements WaitingPoll {
  readonly node: Node;
  readonly freeSlots: number;
  readonly #deps: AgentsDeps;
  readonly #request: PollRequest;
  readonly #held: ReadonlySet<string>;
  readonly #bell = new Doorbell();
  /** Of what the node holds, what it was last told to be followed. */
  readonly #followedBefore: string;
  readonly #cancelledBefore: ReadonlySet<string>;
  #claims: Assignment[] = [];
  readonly #drains: boolean;
  #drainChanged: boolean | undefined;
  #isOutdated = false;
  /** What comes now is for the node's next poll. */
  #isOver = false;
  readonly #passOn: PassOn;

  /** `told`: what the node's last answer said; `passOn` takes what was claimed for it and stored too late. */
  constructor(
    deps: AgentsDeps,
    node: Node,
    request: PollRequest,
    { told = { followed: [], cancelled: [] }, passOn = () => {} }: { told?: Told; passOn?: PassOn } = {},
  ) {
    this.#deps = deps;
    this.#passOn = passOn;
    this.node = node;
    this.freeSlots = node.draining === null ? request.freeSlots : 0;
    this.#request = request;
    this.#drains = node.draining === "operator";
    this.#held = new Set(request.held.map((held) => held.execution));
    this.#followedBefore = [...this.#held].filter((id) => told.followed.includes(id)).join();
    this.#cancelledBefore = new Set(told.cancelled);
  }

  /** Whether the agent has anything that could be asked to end. */
  get holdsAny(): boolean {
    return this.#held.size > 0;
  }

  /** Takes claims that are committed. */
  give(claims: Assignment[]): void {
    if (this.#isOver) return this.#passOn(claims);
    this.#claims.push(...claims);
    this.#bell.wake();
  }

  /** The node is another by now: the next poll shows which. */
  outdated(): void {
    this.#isOutdated = true;
    this.#bell.wake();
  }

  /** The node has asked again: whatever this poll answers is heard by nobody. */
  superseded(): void {
    this.#isOver = true;
    this.outdated();
  }

  /** Something about this node may have changed. */
  look(): void {
    this.#bell.wake();
  }

  /** The node is to take no more, or may again. */
  drained(node: Node): void {
    if ((node.draining === "operator") === this.#drains) return;
    this.#drainChanged = node.draining === "operator";
    this.#bell.wake();
  }

  /** Waits for news, at most as long as the agent asked. */
  async run(signal: AbortSignal): Promise<PollAnswer> {
    const lost = await this.#lostClaims();
    if (lost.length > 0) return await this.#answer(lost);
    const takeBack = this.#deps.broker.offer(this);
    const { clock } = this.#deps;
    const until = clock.monotonic() + this.#request.waitMs;
    while (!signal.aborted && !this.#hasNews()) {
      const leftMs = until - clock.monotonic();
      if (leftMs <= 0) break;
      await this.#bell.wait(clock, leftMs, signal);
    }
    const claimed = takeBack();
    if (claimed && !this.#isOver) await this.#awaitClaims(claimed, signal);
    return await this.#answer([]);
  }

  /** What is being stored for this poll is its to answer: else its node would hear of it with its next but one. */
  async #awaitClaims(claimed: Promise<void>, signal: AbortSignal): Promise<void> {
    const waited = new AbortController();
    const limit = this.#deps.clock.sleep(CLAIMING_MS, AbortSignal.any([signal, waited.signal]));
    await Promise.race([claimed, limit]);
    waited.abort();
  }

  #hasNews(): boolean {
    return this.#claims.length > 0 || this.#drainChanged !== undefined || this.#isOutdated ||
      this.#followed().join() !== this.#followedBefore ||
      this.#cancels().some(({ execution }) => !this.#cancelledBefore.has(execution));
  }

  /** Executions assigned to this incarnation that the agent did not name: an answer was lost on its way. */
  async #lostClaims(): Promise<Assignment[]> {
    // Another server may have taken its result since.
    if (this.#unnamed().length > 0 && !this.#deps.store.engine.profile.soleWriter) {
      await this.#deps.assigned.load(this.node.name);
    }
    const unnamed = this.#unnamed();
    const assignments = await Promise.all(unnamed.map((execution) => this.#assignmentOf(execution)));
    return assignments.flatMap((assignment) => assignment ?? []);
  }

  /** Null, and logged, for what cannot be read: the rest of the node goes on. */
  async #assignmentOf(execution: AssignedExecution): Promise<Assignment | null> {
    try {
      return await assignmentOf(execution, this.#deps.store);
    } catch (thrown) {
      const { id, jobName } = execution;
      this.#deps.log.error(`Cannot hand out "${jobName}" again: ${messageOf(thrown)}`, { execution: id });
      return null;
    }
  }

  #unnamed(): AssignedExecution[] {
    return this.#deps.assigned.of(this.node).filter((execution) =>
      execution.state === "claimed" && !this.#held.has(execution.id)
    );
  }

  /** Of what the agent has, what is to end; said in each answer, as an answer may be lost. */
  #cancels(): { execution: string; request: NonNullable<PollAnswer["cancels"][number]["request"]> }[] {
    return this.#deps.assigned.of(this.node).flatMap(({ id, cancel }) =>
      cancel !== null && this.#held.has(id) ? [{ execution: id, request: cancel }] : []
    );
  }

  #followed(): string[] {
    return this.#deps.outputs.followed([...this.#held]);
  }

  /** What is followed of all that the node has once it has this answer. */
  #followedWith(claims: readonly Assignment[]): string[] {
    return this.#deps.outputs.followed([...this.#held, ...claims.map(({ execution }) => execution)]);
  }

  async #answer(lost: Assignment[]): Promise<PollAnswer> {
    this.#isOver = true;
    // What was passed on to this poll may have been found as lost, too.
    const each = new Map([...lost, ...this.#claims].map((claim) => [claim.execution, claim]));
    const claims = await withSecretsOf([...each.values()], this.node, this.#deps);
    return {
      claims,
      cancels: this.#cancels(),
      followed: this.#followedWith(claims),
      draining: this.#drainChanged ?? this.#drains,
    };
  }
}
