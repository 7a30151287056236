import { type Clock, formatDuration } from "../runtime/mod.ts";
import type { ExecutorResult } from "./executor.ts";
import { stopReasonOf } from "./stop_reason.ts";
import { waitUntil } from "./wait_until.ts";

/** One signal for both ends that a call can come to before its answer: the job's timeout, and a stop from outside. */
export class Deadline implements Disposable {
  readonly #ending = new AbortController();
  readonly #done = new AbortController();
  readonly #stop = () => this.#end({ timedOut: stopReasonOf(this.outer).kind === "timeout", reason: "stopped" });
  #result: ExecutorResult | undefined;

  /** Begins to count; `timeoutMs` 0 means no limit. */
  constructor(clock: Clock, timeoutMs: number, private readonly outer: AbortSignal) {
    if (outer.aborted) this.#stop();
    else outer.addEventListener("abort", this.#stop);
    if (timeoutMs > 0) this.#count(clock, timeoutMs);
  }

  /** Aborted at the end. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** How the call ended; undefined while it has not been ended from here. */
  result(): ExecutorResult | undefined {
    return this.#result;
  }

  /** Stops counting. */
  [Symbol.dispose](): void {
    this.#done.abort("done");
    this.outer.removeEventListener("abort", this.#stop);
  }

  async #count(clock: Clock, timeoutMs: number): Promise<void> {
    await waitUntil(clock, clock.monotonic() + timeoutMs, this.#done.signal);
    if (this.#done.signal.aborted) return;
    this.#end({ timedOut: true, reason: `execution time exceeding defined timeout ${formatDuration(timeoutMs)}` });
  }

  #end(how: Pick<ExecutorResult, "timedOut" | "reason">): void {
    this.#result ??= { success: false, exitCode: null, ...how };
    this.#ending.abort();
  }
}
