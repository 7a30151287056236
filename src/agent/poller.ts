import { CarillonError, type Clock, type ErrorCode, type Log, messageOf, type Random } from "../runtime/mod.ts";
import type { Held, PollAnswer } from "../model/mod.ts";
import { Backoff } from "./backoff.ts";
import { within } from "./deadline.ts";
import { LinkedAbort } from "./linked_abort.ts";
import type { RunTable } from "./run_table.ts";
import type { AgentServer } from "./server_port.ts";

/** Slots that become free together are offered together. */
const GATHER_MS = 2;
/** How long a full agent waits for a slot before it polls without one. */
const SLOT_WAIT_MS = 100;
/** An answer that comes sooner than this and says nothing new is not asked for again at once. */
const STALE_ANSWER_MS = 100;

/** What a poller works with. */
export interface PollerDeps {
  server: Pick<AgentServer, "poll">;
  clock: Clock;
  random: Random;
  log: Log;
  table: RunTable;
  node: string;
  incarnation: string;
  limits: { pollWaitMs: number; callMs: number; maxUndelivered: number };
  /** The ended executions that the server has to be told the end of. */
  ended: { readonly undelivered: number; held(): Held[] };
  /** Says again who this node is, to a server that has forgotten. */
  register: () => Promise<void>;
  /** Another incarnation of this node is the one that counts now. */
  replaced: (refusal: CarillonError) => void;
}

/**
 * Asks for work, one poll at a time:
 *
 *     slots free   -> poll with their number; it waits at the server until there is news
 *     no slot free -> wait 100 ms for one, then poll without (it brings cancels, and says that the node lives);
 *                     a slot that becomes free calls this poll off after 2 ms, so that those freed with it go along
 *     answered     -> start claims, stop what is cancelled, poll again: 2 ms after the last began, or later when the
 *                     answer was quick and held no news (a cancel that takes its time is repeated in each answer)
 *     failed       -> pause from 100 ms to 5 s; what runs goes on
 *
 * A poll with free slots is called off only by closing: its answer may hold claims already, which then come again.
 */
export class Poller {
  readonly #deps: PollerDeps;
  readonly #backoff: Backoff;
  #open = true;
  readonly #toldClosed = Promise.withResolvers<void>();
  #closeTold = false;
  #away = false;
  /** Whether it takes no work until results are delivered. */
  #overfull = false;
  /** Why registering again failed last. */
  #refusal: string | undefined;
  /** When the last poll began that was answered; this poller's own beginning until then. */
  #answeredFrom: number;
  /** What to do when a slot becomes free; undefined when nobody waits for one. */
  #onSlot: (() => void) | undefined;
  #call: LinkedAbort | undefined;

  constructor(deps: PollerDeps) {
    this.#deps = deps;
    this.#backoff = new Backoff(deps.random);
    this.#answeredFrom = deps.clock.monotonic();
  }

  /** How long no server has answered a poll, from the beginning of the last one that was. Milliseconds. */
  silentMs(): number {
    return this.#deps.clock.monotonic() - this.#answeredFrom;
  }

  /** A slot has become free. */
  slotFreed(): void {
    this.#onSlot?.();
  }

  /** Takes no more work. Resolves when a server knows: claims that were on their way have come by then. */
  close(): Promise<void> {
    this.#open = false;
    this.#call?.abort();
    return this.#toldClosed.promise;
  }

  /** Polls until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, table } = this.#deps;
    while (!signal.aborted) {
      if (this.#open && !table.draining && this.#freeSlots() === 0) await this.#awaitSlot(signal);
      const beganAt = clock.monotonic();
      const pauseMs = await this.#poll(signal);
      const restMs = pauseMs - (clock.monotonic() - beganAt);
      if (restMs > 0) await clock.sleep(restMs, signal);
    }
  }

  #freeSlots(): number {
    const { table } = this.#deps;
    const mayTake = this.#open && !table.draining && !this.#isOverfull();
    return mayTake ? table.freeSlots : 0;
  }

  /** Whether too much is undelivered to take more work; says when that begins and when it ends. */
  #isOverfull(): boolean {
    const { limits: { maxUndelivered }, ended: { undelivered }, log } = this.#deps;
    const overfull = undelivered > maxUndelivered;
    if (overfull && !this.#overfull) {
      log.warn("Cannot take more work: too many results are undelivered", { undelivered });
    }
    if (!overfull && this.#overfull) log.info("Takes work again: results are delivered", { undelivered });
    this.#overfull = overfull;
    return overfull;
  }

  async #awaitSlot(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    using freed = new LinkedAbort(signal);
    this.#onSlot = freed.abort;
    await clock.sleep(SLOT_WAIT_MS, freed.signal);
    this.#onSlot = undefined;
    if (freed.signal.aborted) await clock.sleep(GATHER_MS, signal);
  }

  /** Polls once; answers how long after its beginning the next one may begin, in milliseconds. */
  async #poll(signal: AbortSignal): Promise<number> {
    const { table, clock } = this.#deps;
    using call = new LinkedAbort(signal);
    this.#call = call;
    const beganAt = clock.monotonic();
    const closed = !this.#open;
    try {
      const answer = await this.#ask(call);
      this.#heard(beganAt);
      const isNews = table.obey(answer);
      if (closed) this.#toldClosed.resolve();
      this.#closeTold ||= closed;
      return isNews ? GATHER_MS : STALE_ANSWER_MS;
    } catch (thrown) {
      return call.signal.aborted ? 0 : await this.#endure(thrown, signal, clock);
    } finally {
      this.#call = undefined;
      this.#onSlot = undefined;
    }
  }

  #ask(call: LinkedAbort): Promise<PollAnswer> {
    const { server, table, clock, node, incarnation, limits, ended } = this.#deps;
    const freeSlots = this.#freeSlots();
    if (freeSlots === 0) this.#onSlot = () => void this.#callOff(call);
    const held = [...table.held(), ...ended.held()];
    const draining = !this.#open;
    // A server without news answers at the end of the wait: what is to be stopped in a silence must not take that for one.
    const waitMs = draining && !this.#closeTold ? 0 : Math.min(limits.pollWaitMs, table.silenceMs / 4);
    const request = { node, incarnation, freeSlots, held, waitMs, draining };
    return within(
      { clock, ms: waitMs + limits.callMs, signal: call.signal },
      "poll",
      (signal) => server.poll(request, signal),
    );
  }

  async #callOff(call: LinkedAbort): Promise<void> {
    this.#onSlot = undefined;
    await this.#deps.clock.sleep(GATHER_MS, call.signal);
    if (this.#call !== call) return;
    if (this.#freeSlots() > 0) call.abort();
    // What a lost answer brought beyond the slots took the one that became free: the next may be to offer.
    else this.#onSlot = () => void this.#callOff(call);
  }

  #heard(beganAt: number): void {
    this.#answeredFrom = beganAt;
    this.#backoff.reset();
    if (this.#away) this.#deps.log.info("The server answers again");
    this.#away = false;
  }

  async #endure(thrown: unknown, signal: AbortSignal, clock: Clock): Promise<number> {
    const retryInMs = this.#backoff.next();
    if (!this.#away) this.#deps.log.warn("Cannot poll, trying again", { error: thrown, retryInMs });
    this.#away = true;
    if (hasCode(thrown, "stale")) this.#deps.replaced(thrown);
    await clock.sleep(retryInMs, signal);
    if (isForgotten(thrown) && !signal.aborted) await this.#registerAgain();
    return 0;
  }

  async #registerAgain(): Promise<void> {
    try {
      await this.#deps.register();
    } catch (error) {
      const level = messageOf(error) === this.#refusal ? "debug" : "warn";
      this.#refusal = messageOf(error);
      this.#deps.log[level]("Cannot register again", { error });
    }
  }
}

/** Whether the server does not know this node, or not its token: registering may help. */
function isForgotten(thrown: unknown): boolean {
  return hasCode(thrown, "not_found") || hasCode(thrown, "unauthorized") || hasCode(thrown, "forbidden");
}

function hasCode(thrown: unknown, code: ErrorCode): thrown is CarillonError {
  return thrown instanceof CarillonError && thrown.code === code;
}
