import { type Clock, type Log, messageOf } from "../runtime/mod.ts";
import type { KvEntryMaybe } from "./port.ts";

/**
 * Follows the keys of a watch on a connection: shows their current entries at once and again after each change, until
 * `signal` aborts or the connection breaks (then it throws or returns).
 */
export type Follow = (show: (entries: readonly KvEntryMaybe[]) => void, signal: AbortSignal) => Promise<void>;

/** What a watch over connections that break works with. */
export interface WatchDeps {
  clock: Clock;
  log: Log;
  /** Aborts when the engine closes; the watch ends then. */
  closed: AbortSignal;
}

/** Milliseconds before a broken watch connects again; doubles up to the last. */
const FIRST_PAUSE_MS = 50;
const LAST_PAUSE_MS = 1_000;

/**
 * A watch as the port has it, over connections that may break: it connects again by itself, and shows the entries only
 * when they are not those it showed last. A reader that comes late sees the newest state alone.
 */
export function watchStream(deps: WatchDeps, follow: Follow): ReadableStream<KvEntryMaybe[]> {
  const cancelled = new AbortController();
  const signal = AbortSignal.any([deps.closed, cancelled.signal]);
  const newest = new NewestState(signal);
  let following = Promise.resolve();
  return new ReadableStream<KvEntryMaybe[]>({
    start() {
      following = followForever(deps, (entries) => newest.show(entries), signal, follow);
    },
    async pull(controller) {
      const entries = await newest.next();
      if (entries) controller.enqueue([...entries]);
      else if (!cancelled.signal.aborted) controller.close();
    },
    async cancel() {
      cancelled.abort();
      await following;
    },
  }, { highWaterMark: 0 });
}

async function followForever(
  { clock, log }: WatchDeps,
  show: (entries: readonly KvEntryMaybe[]) => void,
  signal: AbortSignal,
  follow: Follow,
): Promise<void> {
  let pauseMs = FIRST_PAUSE_MS;
  const shown = (entries: readonly KvEntryMaybe[]) => {
    pauseMs = FIRST_PAUSE_MS;
    show(entries);
  };
  while (!signal.aborted) {
    const reason = await follow(shown, signal).then(() => "the connection ended", messageOf);
    if (signal.aborted) return;
    log.debug(`A watch of the store connects again: ${reason}`, { inMs: pauseMs });
    await clock.sleep(pauseMs, signal);
    pauseMs = Math.min(2 * pauseMs, LAST_PAUSE_MS);
  }
}

/** The last state of some keys, and whether it was taken since it changed. */
class NewestState {
  readonly #signal: AbortSignal;
  #entries: readonly KvEntryMaybe[] | undefined;
  #taken = true;
  #wake: (() => void) | undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", () => this.#wake?.(), { once: true });
  }

  show(entries: readonly KvEntryMaybe[]): void {
    const same = this.#entries?.every(({ versionstamp }, i) => versionstamp === entries[i]?.versionstamp) ?? false;
    if (same) return;
    this.#entries = entries;
    this.#taken = false;
    this.#wake?.();
  }

  /** The newest state, once; nothing when the watch has ended. */
  async next(): Promise<readonly KvEntryMaybe[] | undefined> {
    if (this.#taken && !this.#signal.aborted) await new Promise<void>((resolve) => this.#wake = resolve);
    if (this.#signal.aborted) return undefined;
    this.#taken = true;
    return this.#entries;
  }
}
