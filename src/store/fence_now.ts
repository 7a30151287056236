import { type Fence, pauseAt, pausedUntil } from "../model/mod.ts";
import { type Clock, Doorbell, type Log, runForever } from "../runtime/mod.ts";
import { fenceKey } from "./keys.ts";
import type { Store } from "./store.ts";
import { type Entry, writesOf } from "./store_change.ts";
import { fenceTable } from "./tables.ts";

/** How often the fence is read without a hint, in milliseconds. */
const LOOK_EVERY_MS = 5_000;

/**
 * The fence as this server last saw it, for those who do not lead: whether the cluster is paused, and what a claim is
 * checked by. What is known may be old; a commit that checks it finds out.
 */
export class FenceNow {
  readonly #deps: { store: Store; clock: Clock; log: Log };
  readonly #listeners = new Set<() => void>();
  readonly #changed = new Doorbell();
  #entry: Entry<Fence> = { key: fenceKey(), value: null, versionstamp: null };
  #reading: Promise<void> | null = null;
  #wasPaused = false;

  constructor(deps: { store: Store; clock: Clock; log: Log }) {
    this.#deps = deps;
    deps.store.onApplied((change, versionstamp) => {
      for (const { key, value } of writesOf(change, fenceTable)) this.#saw({ key, value, versionstamp });
    });
  }

  /** The fence, to check a change by. */
  get entry(): Entry<Fence> {
    return this.#entry;
  }

  /** Whether a pause of the cluster is on. */
  get isPaused(): boolean {
    return pauseAt(this.#pauses, this.#deps.clock.now()) !== null;
  }

  /** When the newest pause of the cluster ended, in epoch milliseconds; null when none has, or one is on. */
  get pausedUntil(): number | null {
    return pausedUntil(this.#pauses, this.#deps.clock.now());
  }

  /** Calls `listener` when a pause begins or ends. */
  onPause(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Reads the fence, once for all who ask meanwhile. Throws when the store can't be read. */
  refresh(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  /**
   * Keeps up with the fence until `signal` aborts: a planned end is noticed on time, another server's change when the feed
   * tells of it, or within 5 s.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps;
    await runForever({ clock, log, name: "fence" }, signal, async () => {
      await this.refresh();
      this.#tell();
      const endMs = pauseAt(this.#pauses, clock.now())?.to ?? Infinity;
      await this.#changed.wait(clock, Math.min(LOOK_EVERY_MS, Math.max(1, endMs - clock.now())), signal);
    });
  }

  get #pauses() {
    return this.#entry.value?.settings.pauses ?? [];
  }

  async #read(): Promise<void> {
    const { store } = this.#deps;
    store.forget(fenceKey());
    this.#saw(await store.read(fenceTable, fenceKey()));
  }

  #saw(entry: Entry<Fence>): void {
    const { versionstamp } = this.#entry;
    if (entry.versionstamp === null || (versionstamp !== null && entry.versionstamp <= versionstamp)) return;
    this.#entry = entry;
    this.#tell();
  }

  #tell(): void {
    if (this.isPaused === this.#wasPaused) return;
    this.#wasPaused = !this.#wasPaused;
    this.#changed.wake();
    for (const listener of this.#listeners) listener();
  }
}
