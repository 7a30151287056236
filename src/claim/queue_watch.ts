import { type Clock, Doorbell, type Log, runForever } from "../runtime/mod.ts";
import type { Store } from "../store/mod.ts";
import type { Broker } from "./broker.ts";
import type { QueueIndex } from "./queue_index.ts";

/** How often queues are read again in case a hint was missed, in milliseconds. */
const RELOAD_EACH_MS = 5_000;

/** The same where other servers write too, and a ring of theirs can be missed. */
const SHARED_RELOAD_EACH_MS = 1_000;

/** Rings of other servers that come together are looked at together, in milliseconds. */
const GATHER_MS = 5;

/** What ripens is looked at no more often than this, in milliseconds. */
const RIPEN_EACH_MS = 50;

/** What a queue watch works with. */
export interface QueueWatchDeps {
  store: Store;
  index: QueueIndex;
  broker: Broker;
  clock: Clock;
  log: Log;
}

/** Makes the broker look when it should: when something ripens, and when another server may have changed a queue. */
export class QueueWatch {
  readonly #deps: QueueWatchDeps;
  /** Something came to a queue that may have to wait for its time. */
  readonly #arrived = new Doorbell();
  /** Another server may have changed a queue. */
  readonly #rung = new Doorbell();

  constructor(deps: QueueWatchDeps) {
    this.#deps = deps;
    deps.index.onArrival(() => this.#arrived.wake());
  }

  /** Another server says that there may be something to claim, or may have claimed something. */
  rung(): void {
    this.#rung.wake();
  }

  /** Watches until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { store, clock, log } = this.#deps;
    const watches = [runForever({ clock, log, name: "queues" }, signal, () => this.#watch(signal))];
    if (!store.engine.profile.soleWriter) {
      watches.push(runForever({ clock, log, name: "queues of others" }, signal, () => this.#hear(signal)));
    }
    await Promise.all(watches);
  }

  /** Wakes the broker for what ripens, and reads the queues again now and then. */
  async #watch(signal: AbortSignal): Promise<void> {
    const { store, index, broker, clock } = this.#deps;
    const eachMs = store.engine.profile.soleWriter ? RELOAD_EACH_MS : SHARED_RELOAD_EACH_MS;
    const until = clock.monotonic() + eachMs;
    for (let leftMs = eachMs; leftMs > 0 && !signal.aborted; leftMs = until - clock.monotonic()) {
      await this.#arrived.wait(clock, Math.min(leftMs, index.untilRipe(clock.now()) + 1), signal);
      broker.look();
      await clock.sleep(RIPEN_EACH_MS, signal);
    }
    if (signal.aborted) return;
    await store.rereadUnknown();
    await index.load();
  }

  /** Reads the queues when another server rings: at once, and for half of the time at most. */
  async #hear(signal: AbortSignal): Promise<void> {
    const { index, clock } = this.#deps;
    while (!signal.aborted) {
      if (!await this.#rung.wait(clock, RELOAD_EACH_MS, signal)) continue;
      const beganAt = clock.monotonic();
      await index.load();
      await clock.sleep(GATHER_MS + (clock.monotonic() - beganAt), signal);
    }
  }
}
