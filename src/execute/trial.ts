import { type Clock, systemClock } from "../runtime/mod.ts";
import type { Executor, ExecutorResult, GroupNote, StopReason } from "./executor.ts";

/** A clock for tests whose seconds pass twenty times as fast; it begins now. */
export const fastClock: Clock = {
  now: systemClock.now,
  monotonic: () => systemClock.monotonic() * 20,
  sleep: (ms, signal) => systemClock.sleep(ms / 20, signal),
};

/** One run of an executor in a test: what it was told, wrote and noted. */
export class Trial {
  static #count = 0;
  readonly executionId = `trial-${Deno.pid}-${Trial.#count++}`;
  readonly groups: GroupNote[] = [];
  /** What is done when the group is noted, before the command begins. */
  onStarted: () => Promise<void> = () => Promise.resolve();
  readonly #stop = new AbortController();
  readonly #hurry = new AbortController();
  readonly #chunks: Uint8Array[] = [];
  #awaited: { text: string; resolve: () => void } | undefined;

  constructor(private readonly executor: Executor, private readonly config: Record<string, unknown>) {}

  /** Everything written so far, as text. */
  get output(): string {
    const decoder = new TextDecoder();
    return this.#chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("");
  }

  /** Runs to the end. */
  run(): Promise<ExecutorResult> {
    return this.executor.run({
      executionId: this.executionId,
      jobName: "trial job",
      config: this.config,
      write: (chunk) => this.#write(chunk),
      processStarted: (group) => {
        this.groups.push(group);
        return this.onStarted();
      },
      signal: this.#stop.signal,
      hurry: this.#hurry.signal,
    });
  }

  /** Resolves when the output holds `text`. */
  written(text: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#awaited = { text, resolve };
    this.#tell();
    return promise;
  }

  /** Ends the grace of a stop. */
  hurry(): void {
    this.#hurry.abort();
  }

  /** Stops the run. */
  stop(reason: StopReason): void {
    this.#stop.abort(reason);
  }

  #write(chunk: Uint8Array): void {
    this.#chunks.push(chunk.slice());
    this.#tell();
  }

  #tell(): void {
    if (this.#awaited && this.output.includes(this.#awaited.text)) this.#awaited.resolve();
  }
}
