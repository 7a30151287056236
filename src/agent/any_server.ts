import type { PollAnswer, PollRequest, RegisterRequest, ReportAnswer, ReportRequest } from "../model/mod.ts";
import { CarillonError, type Clock, type Log, messageOf, type Random } from "../runtime/mod.ts";
import { within } from "./deadline.ts";
import type { AgentServer } from "./server_port.ts";

/** How long a server may take for an answer before it counts as gone. Milliseconds. */
const ANSWER_MS = 10_000;
/** The same for a poll, beyond its wait: half of that again. Who waits shorter is in more of a hurry to move on. */
const answerToPollMs = (waitMs: number) => Math.max(1_000, waitMs / 2);

/** What a list of servers works with. */
export interface AnyServerDeps {
  /** At least one; all serve the same store. */
  servers: readonly { url: string; server: AgentServer }[];
  clock: Clock;
  random: Random;
  log: Log;
}

/**
 * Several servers as one: each call goes to the server that answered last, and to the next when that one is gone (refused,
 * reset, too late, 5xx). When all are gone it throws `unavailable`, and the caller pauses. What a server refuses is thrown as
 * it is: the others would say the same. The first one is picked at random, so that agents spread over the servers.
 */
export class AnyServer implements AgentServer {
  readonly #deps: AnyServerDeps;
  #current: number;
  /** The one that answered last. */
  #answered: number | undefined;

  constructor(deps: AnyServerDeps) {
    this.#deps = deps;
    this.#current = Math.floor(deps.random.next() * deps.servers.length);
  }

  register(request: RegisterRequest, signal?: AbortSignal): Promise<unknown> {
    return this.#call("register", ANSWER_MS, signal, (server, signal) => server.register(request, signal));
  }

  poll(request: PollRequest, signal: AbortSignal): Promise<PollAnswer> {
    const ms = request.waitMs + answerToPollMs(request.waitMs);
    // One that did not answer has used up the wait: the next is to say at once that it is there.
    const atOnce = { ...request, waitMs: 0 };
    return this.#call(
      "poll",
      ms,
      signal,
      (server, signal, tried) => server.poll(tried === 1 ? request : atOnce, signal),
    );
  }

  report(request: ReportRequest, signal?: AbortSignal): Promise<ReportAnswer> {
    return this.#call("report", ANSWER_MS, signal, (server, signal) => server.report(request, signal));
  }

  leave(node: string, incarnation: string, signal?: AbortSignal): Promise<void> {
    return this.#call("leave", ANSWER_MS, signal, (server, signal) => server.leave(node, incarnation, signal));
  }

  async #call<T>(
    what: string,
    ms: number,
    signal: AbortSignal = new AbortController().signal,
    call: (server: AgentServer, signal: AbortSignal, tried: number) => Promise<T>,
  ): Promise<T> {
    const { servers, clock } = this.#deps;
    for (let tried = 1;; tried++) {
      const at = this.#current;
      const server = servers[at]?.server;
      if (!server) throw new CarillonError("internal", `Cannot ${what}: there is no server to call`);
      try {
        const answer = await within({ clock, ms, signal }, what, (signal) => call(server, signal, tried));
        this.#answeredBy(at);
        return answer;
      } catch (thrown) {
        // Called off, or refused: a refusal is an answer too.
        if (signal.aborted || !isGone(thrown)) throw thrown;
        this.#moveOnFrom(at, thrown);
        if (tried >= servers.length) throw away(thrown);
      }
    }
  }

  /** Another call may have moved on already. */
  #moveOnFrom(at: number, thrown: unknown): void {
    const { servers, log } = this.#deps;
    if (this.#current !== at) return;
    this.#current = (at + 1) % servers.length;
    log.debug("A server is gone", { server: servers[at]?.url, reason: messageOf(thrown) });
  }

  /** Told when it has worked: while all are gone, the caller says so. */
  #answeredBy(at: number): void {
    const { servers, log } = this.#deps;
    const before = this.#answered;
    this.#answered = at;
    if (before === undefined || before === at) return;
    log.info("Moved to another server", { from: servers[before]?.url, to: servers[at]?.url });
  }
}

function isGone(thrown: unknown): boolean {
  return thrown instanceof CarillonError && (thrown.code === "unavailable" || thrown.code === "internal");
}

/** An internal error of one server is no refusal: the call is to be tried again. */
function away(thrown: unknown): unknown {
  if (!(thrown instanceof CarillonError) || thrown.code === "unavailable") return thrown;
  return new CarillonError("unavailable", thrown.message, { cause: thrown });
}
