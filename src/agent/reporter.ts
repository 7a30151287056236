import type { Held, Result, Returned } from "../model/mod.ts";
import { CarillonError, type Clock, Doorbell, type Log, type Random } from "../runtime/mod.ts";
import { Backoff } from "./backoff.ts";
import { within } from "./deadline.ts";
import { type Batch, type Delivery, Outbox, singly } from "./outbox.ts";
import type { Run } from "./run.ts";
import type { AgentServer } from "./server_port.ts";
import type { Spool } from "./spool.ts";
import { SpoolSource } from "./spool_source.ts";

/** Reports begin at least this far apart, so that a busy agent's results travel together. */
const GATHER_MS = 5;

/** What a reporter works with. */
export interface ReporterDeps {
  server: Pick<AgentServer, "report">;
  clock: Clock;
  random: Random;
  log: Log;
  spool: Spool;
  node: string;
  incarnation: string;
  limits: { reportBytes: number; callMs: number };
}

/**
 * Tells the server what has happened: at once when idle, else in batches, one report at a time. A report that was not
 * answered goes out again as it was; a result goes out until the server has named it done. While the server is away,
 * results go to the spool as well.
 */
export class Reporter {
  readonly #deps: ReporterDeps;
  readonly #outbox: Outbox;
  readonly #bell = new Doorbell();
  readonly #backoff: Backoff;
  /** The batch that is not answered, also when the loop has stopped. */
  #inFlight: Batch | undefined;
  #empty: PromiseWithResolvers<void> | undefined;
  #away = false;

  constructor(deps: ReporterDeps) {
    this.#deps = deps;
    this.#outbox = new Outbox(deps.limits.reportBytes);
    this.#backoff = new Backoff(deps.random);
    deps.spool.onDropped((result) => this.#outbox.dropOutput(result));
  }

  /** How many results are not delivered. */
  get undelivered(): number {
    return this.#outbox.size;
  }

  /** Lines of a poll: ended executions whose end the server does not know for sure. */
  held(): Held[] {
    return this.#outbox.held();
  }

  /** Says that a run has started. */
  announce(run: Run): void {
    this.#outbox.announce(run);
    this.#bell.wake();
  }

  /** Sends what output of a run is due. */
  stream(run: Run, followed: boolean): void {
    this.#outbox.stream(run, followed);
    this.#bell.wake();
  }

  /** Delivers the result of a run that is over. */
  end(run: Run, result: Result): void {
    this.#outbox.forget(run);
    const { incarnation } = this.#deps;
    this.deliver({ incarnation, result, source: run.output, spooled: false, notBeforeMs: 0 });
  }

  /** Delivers a result. */
  deliver(delivery: Delivery): void {
    this.#outbox.add(delivery);
    // Nobody knows how long the server will be away: what is not on disk by then dies with this process.
    if (this.#away) void this.#spool(delivery);
    this.#bell.wake();
  }

  /** Whether a claim is on its way back. */
  isReturning(execution: string): boolean {
    return this.#outbox.isReturning(execution);
  }

  /** Hands back a claim of which nothing has begun. */
  return(claim: Returned): void {
    this.#outbox.return(claim);
    this.#bell.wake();
  }

  /** Resolves when every result is delivered, and every claim handed back. */
  whenEmpty(): Promise<void> {
    if (this.#outbox.size === 0) return Promise.resolve();
    this.#empty ??= Promise.withResolvers<void>();
    return this.#empty.promise;
  }

  /** Reports until `signal` aborts, then keeps on disk what is not delivered. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    while (!signal.aborted) {
      // A result that the server did not take comes up again without a bell.
      await this.#bell.wait(clock, this.#outbox.size > 0 ? 1_000 : 60_000, signal);
      const beganAt = clock.monotonic();
      const batch = this.#outbox.next(beganAt);
      if (!batch) continue;
      // There may be more than one batch takes.
      this.#bell.wake();
      this.#inFlight = batch;
      await this.#send(batch, signal);
      if (!signal.aborted) this.#inFlight = undefined;
      const restMs = GATHER_MS - (clock.monotonic() - beganAt);
      if (restMs > 0) await clock.sleep(restMs, signal);
    }
    await this.#spoolAll();
  }

  /** Sends a batch until it is answered or `signal` aborts. */
  async #send(batch: Batch, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#report(batch, signal);
        return;
      } catch (thrown) {
        if (isRefusal(thrown)) return await this.#sendApart(batch, thrown, signal);
        await this.#endure(thrown, signal);
      }
    }
  }

  async #report(batch: Batch, signal: AbortSignal): Promise<void> {
    const { server, clock, node, incarnation, limits, log } = this.#deps;
    const patience = { clock, ms: limits.callMs, signal };
    const request = { node, incarnation, ...batch };
    const answer = await within(patience, "report", (signal) => server.report(request, signal));
    for (const { execution, reason } of answer.refused ?? []) {
      log.error("The server refuses part of a report, giving it up", { execution, reason });
    }
    this.#backoff.reset();
    if (this.#away) log.info("The server takes reports again");
    this.#away = false;
    await this.#settle(batch, answer.done);
  }

  /** The server is away: what would be lost with this process goes to disk. */
  async #endure(thrown: unknown, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps;
    const retryInMs = this.#backoff.next();
    if (!this.#away && !signal.aborted) log.warn("Cannot report, trying again", { error: thrown, retryInMs });
    this.#away = true;
    await this.#spoolAll();
    await clock.sleep(retryInMs, signal);
  }

  /** The server will never take this batch: its items go one by one, and the one at fault is given up. */
  async #sendApart(batch: Batch, refusal: CarillonError, signal: AbortSignal): Promise<void> {
    const parts = singly(batch);
    if (parts.length > 1) {
      for (const part of parts) await this.#send(part, signal);
      return;
    }
    const items = [...batch.started, ...batch.chunks, ...batch.results, ...batch.returned];
    const executions = items.map(({ execution }) => execution);
    this.#deps.log.error("The server refuses a report, giving it up", { error: refusal, executions });
    await this.#settle(batch, executions);
  }

  async #settle(batch: Batch, done: readonly string[]): Promise<void> {
    const over = this.#outbox.settle(batch, new Set(done), this.#deps.clock.monotonic());
    for (const { spooled, result } of over) {
      if (spooled) await this.#deps.spool.remove(result.execution);
    }
    if (this.#outbox.size > 0) return;
    this.#empty?.resolve();
    this.#empty = undefined;
  }

  /** Writes what is not yet on disk. */
  async #spoolAll(): Promise<void> {
    await Promise.all([...this.#outbox.deliveries()].map((delivery) => this.#spool(delivery)));
  }

  /** Writes a result to disk with the chunks that are on their way; from then on its output is read from there. */
  async #spool(delivery: Delivery): Promise<void> {
    if (delivery.spooled) return;
    const { incarnation, result, source } = delivery;
    const sent = this.#inFlight?.chunks.filter(({ execution }) => execution === result.execution) ?? [];
    const saved = this.#deps.spool.save({ incarnation, result, chunks: [...sent, ...source.remaining()] });
    source[Symbol.dispose]();
    delivery.source = new SpoolSource(this.#deps.spool, result.execution, sent.length);
    delivery.spooled = true;
    await saved;
  }
}

/** Whether trying again is of no use. */
function isRefusal(thrown: unknown): thrown is CarillonError {
  return thrown instanceof CarillonError && (thrown.code === "invalid" || thrown.code === "too_large");
}
