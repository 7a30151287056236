import { type Clock, Doorbell } from "../runtime/mod.ts";
import type { Reporter } from "./reporter.ts";
import type { RunTable } from "./run_table.ts";

/** How often running executions are looked at. */
const TICK_MS = 200;
/** A run younger than this is not announced: its result will say that it started. */
const ANNOUNCE_AFTER_MS = 100;

/** Looks at what runs five times a second, in one loop for all: announces starts, sends output that is due, and stops what
 * must not outlast a silence. */
export class Ticker {
  readonly #bell = new Doorbell();

  constructor(
    private readonly deps: {
      clock: Clock;
      table: RunTable;
      reporter: Reporter;
      /** How long no server has answered a poll, from the beginning of the last that was answered. Milliseconds. */
      silentMs: () => number;
    },
  ) {}

  /** There may be something to look at. */
  wake(): void {
    this.#bell.wake();
  }

  /** Ticks until `signal` aborts; rests while nothing runs. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, table } = this.deps;
    while (!signal.aborted) {
      if (table.size === 0) await this.#bell.wait(clock, 60_000, signal);
      else await clock.sleep(TICK_MS, signal);
      this.#tick();
    }
  }

  #tick(): void {
    const { clock, table, reporter } = this.deps;
    const nowMs = clock.monotonic();
    table.stopSilent(this.deps.silentMs(), clock.now());
    for (const run of table.running()) {
      if (!run.announced && run.ageMs() >= ANNOUNCE_AFTER_MS) reporter.announce(run);
      const followed = table.isFollowed(run.assignment.execution);
      if (run.output.isDue(nowMs, followed)) reporter.stream(run, followed);
    }
  }
}
