import { type Clock, Doorbell, type Log, messageOf } from "../runtime/mod.ts";
import { liveKey, livePrefix, liveTable, type Store } from "../store/mod.ts";
import { decodeNews, type LiveNews } from "./live_piece.ts";

/** Entries read at once. */
const BATCH = 16;
/** Rings that come together are looked at together, in milliseconds. */
const GATHER_MS = 10;
/** How often to look without being woken, in milliseconds: each look at the other servers wakes it while somebody follows. */
const LOOK_EVERY_MS = 10_000;

/** What a listener works with. */
export interface LiveListenerDeps {
  store: Store;
  clock: Clock;
  log: Log;
  /** Whether somebody follows an output here. */
  isNeeded: () => boolean;
  /** Takes what another server told. */
  take: (news: LiveNews) => void;
}

/** Hears what other servers tell of outputs. Reads nothing while nobody here follows one. */
export class LiveListener {
  readonly #deps: LiveListenerDeps;
  readonly #bell = new Doorbell();
  /** Next entry to read of each other server. */
  readonly #places = new Map<string, number>();

  constructor(deps: LiveListenerDeps) {
    this.#deps = deps;
  }

  /** The other servers that live, each with the number of the entry that it will write next. */
  heard(servers: readonly { incarnation: string; liveNext: number }[]): void {
    const needed = this.#deps.isNeeded();
    const alive = new Set(servers.map(({ incarnation }) => incarnation));
    for (const incarnation of [...this.#places.keys()]) if (!alive.has(incarnation)) this.#places.delete(incarnation);
    for (const { incarnation, liveNext } of servers) {
      const place = this.#places.get(incarnation);
      // What was told before anybody followed here is for nobody here.
      if (place === undefined || !needed) this.#places.set(incarnation, Math.max(place ?? 0, liveNext));
    }
    this.look();
  }

  /** There may be something to read. */
  look(): void {
    if (this.#deps.isNeeded()) this.#bell.wake();
  }

  /** Hears until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, isNeeded } = this.#deps;
    while (!signal.aborted) {
      await this.#bell.wait(clock, LOOK_EVERY_MS, signal);
      if (signal.aborted || !isNeeded()) continue;
      try {
        await this.read();
      } catch (thrown) {
        log.warn(`Cannot hear what other servers tell of output: ${messageOf(thrown)}`, { error: thrown });
      }
      await clock.sleep(GATHER_MS, signal);
    }
  }

  /** Takes what the others have told since it last looked. */
  async read(): Promise<void> {
    for (const incarnation of [...this.#places.keys()]) while (await this.#readSome(incarnation));
  }

  /** Reads some entries of a server; answers whether there may be more. */
  async #readSome(incarnation: string): Promise<boolean> {
    const { store } = this.#deps;
    const range = { prefix: livePrefix(incarnation), start: liveKey(incarnation, this.#places.get(incarnation) ?? 0) };
    const found = await store.list(liveTable, range, { limit: BATCH });
    for (const { key, value } of found) {
      this.#take(value);
      // A server that is gone meanwhile stays forgotten.
      if (this.#places.has(incarnation)) this.#places.set(incarnation, Number(key[2]) + 1);
    }
    return found.length === BATCH && this.#places.has(incarnation);
  }

  #take(value: Uint8Array): void {
    try {
      this.#deps.take(decodeNews(value));
    } catch (thrown) {
      this.#deps.log.error(`Cannot take what another server told of output: ${messageOf(thrown)}`, { error: thrown });
    }
  }
}
