import { join } from "node:path";
import type { Executor } from "../execute/mod.ts";
import type { CancelRequest, Result } from "../model/mod.ts";
import { type CarillonError, type Clock, type Log, type Random, randomDigits } from "../runtime/mod.ts";
import { waitAtMost, within } from "./deadline.ts";
import type { AgentLimits } from "./limits.ts";
import type { NodeIdentity } from "./node_identity.ts";
import { Poller } from "./poller.ts";
import type { ProcessJournal } from "./process_journal.ts";
import { Reporter } from "./reporter.ts";
import { RunTable } from "./run_table.ts";
import type { AgentServer } from "./server_port.ts";
import type { Spool } from "./spool.ts";
import { TailRoom } from "./tail_room.ts";
import { Ticker } from "./ticker.ts";

/** Time that killed executions get to be seen as over, in milliseconds. */
const KILLED_MS = 2_000;
/** Grace that executions get at a shutdown at most, in milliseconds. */
const SHUTDOWN_GRACE_MS = 10_000;

/** What one life of an agent works with. */
export interface LifeDeps {
  server: AgentServer;
  executors: ReadonlyMap<string, Executor>;
  clock: Clock;
  random: Random;
  log: Log;
  dataDir: string;
  identity: NodeIdentity;
  limits: AgentLimits;
  /** Its name, by which servers know it. */
  node: string;
  /** Its id, by which they know it from another of the same name. */
  id: string;
  journal: ProcessJournal;
  spool: Spool;
}

/** One incarnation of a node: its executions and the three loops around them, from registering to leaving. */
export class Life {
  readonly incarnation: string;
  readonly reporter: Reporter;
  readonly #deps: LifeDeps;
  readonly #table: RunTable;
  readonly #poller: Poller;
  readonly #ticker: Ticker;
  readonly #stop = new AbortController();
  readonly #hurry = new AbortController();
  #loops: Promise<void> | undefined;
  #drained: Promise<void> | undefined;
  #replaced: CarillonError | undefined;

  constructor(deps: LifeDeps) {
    const { limits } = deps;
    const parts = { ...deps, incarnation: randomDigits(deps.random, 20) };
    const room = new TailRoom(join(deps.dataDir, "tails"), limits.tailMemoryBytes, deps.log);
    this.#deps = deps;
    this.incarnation = parts.incarnation;
    this.reporter = new Reporter(parts);
    this.#table = new RunTable({ ...deps, room, cap: limits }, deps.identity.slots, {
      accepted: () => this.#ticker.wake(),
      ended: (run, result) => {
        this.reporter.end(run, result);
        this.#poller.slotFreed();
      },
      returned: ({ execution, uid, claimedAt }) => this.reporter.return({ execution, uid, claimedAt }),
      isReturning: (execution) => this.reporter.isReturning(execution),
    });
    const silentMs = () => this.#poller.silentMs();
    this.#ticker = new Ticker({ clock: deps.clock, table: this.#table, reporter: this.reporter, silentMs });
    this.#poller = new Poller({
      ...parts,
      table: this.#table,
      ended: this.reporter,
      register: () => this.register(this.#stop.signal),
      replaced: (refusal) => this.#endReplaced(refusal),
    });
  }

  /** Says who this is, and what of a former life is still to be known. Throws what the server answers. */
  async register(signal: AbortSignal, results: readonly Result[] = []): Promise<void> {
    const { server, clock, identity, executors, id, limits } = this.#deps;
    const request = {
      ...identity,
      id,
      incarnation: this.incarnation,
      executors: [...executors.keys()],
      results: [...results],
    };
    await within({ clock, ms: limits.callMs, signal }, "register", (signal) => server.register(request, signal));
  }

  /** Its runs are lost by now, and another has its name: they must not go on, and their results are for its next life. */
  #endReplaced(refusal: CarillonError): void {
    this.#replaced ??= refusal;
    this.#hurry.abort();
    void this.drain(0);
  }

  /**
   * Works until it is drained, or `signal` aborts: then what runs is killed, and it resolves soon. Throws `stale` when another
   * incarnation of the node has taken its place.
   */
  async run(signal: AbortSignal): Promise<void> {
    const abort = () => {
      this.#hurry.abort();
      void this.drain(0);
    };
    signal.addEventListener("abort", abort, { once: true });
    const stop = this.#stop.signal;
    this.#loops ??= Promise.all([this.#poller.run(stop), this.reporter.run(stop), this.#ticker.run(stop)]).then(
      () => {},
    );
    if (signal.aborted) abort();
    await this.#loops;
    signal.removeEventListener("abort", abort);
    await this.#drained;
    if (this.#replaced) throw this.#replaced;
  }

  /** Ends this life; called again, it does so at once. */
  drain(ms: number): Promise<void> {
    if (this.#drained) this.#hurry.abort();
    this.#drained ??= this.#drain(ms);
    return this.#drained;
  }

  async #drain(ms: number): Promise<void> {
    const { clock, limits } = this.#deps;
    const hurry = this.#hurry.signal;
    this.#table.drain("shutdown", true);
    const toldServer = this.#poller.close();
    await waitAtMost({ clock, ms, signal: hurry }, this.#table.whenIdle());
    // Its answer brings claims that were on their way, to be handed back.
    await waitAtMost({ clock, ms: limits.deliverMs, signal: hurry }, toldServer);
    await this.#stopRuns(hurry);
    // In a hurry the results stay in the spool for the next life.
    await waitAtMost({ clock, ms: limits.deliverMs, signal: hurry }, this.reporter.whenEmpty());
    this.#stop.abort();
    await this.#loops;
    // A server that stops comes back, and what is queued for it waits; only an agent of its own takes leave.
    const leaves = !this.#deps.identity.server && this.reporter.undelivered === 0;
    if (!hurry.aborted && leaves) await this.#leave();
    this.#deps.journal[Symbol.dispose]();
  }

  async #stopRuns(hurry: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    const by = this.#deps.identity.name;
    const request: CancelRequest = this.#replaced
      ? { kind: "lost", by, reason: "another incarnation of its node took over", at: clock.now() }
      : { kind: "shutdown", by, reason: "node is shutting down", at: clock.now() };
    if (!hurry.aborted) this.#table.stopAll(request, SHUTDOWN_GRACE_MS);
    await waitAtMost({ clock, ms: SHUTDOWN_GRACE_MS + KILLED_MS, signal: hurry }, this.#table.whenIdle());
    if (this.#table.size === 0) return;
    this.#table.stopAll(request, 0);
    await waitAtMost({ clock, ms: KILLED_MS, signal: new AbortController().signal }, this.#table.whenIdle());
  }

  async #leave(): Promise<void> {
    const { server, clock, node, log, limits } = this.#deps;
    try {
      const patience = { clock, ms: limits.deliverMs, signal: this.#hurry.signal };
      await within(patience, "leave", (signal) => server.leave(node, this.incarnation, signal));
    } catch (error) {
      log.warn("Cannot take leave of the server", { error });
    }
  }
}
