import { aborted, type Clock, type Log, type Random, randomDigits, runForever } from "../runtime/mod.ts";
import type { Kv, KvAtomic, KvEntryMaybe, KvKey } from "../kv/mod.ts";
import type { Bell, RungBy } from "./bell.ts";
import { LocalBell } from "./local_bell.ts";

const utf8 = new TextEncoder();
const text = new TextDecoder();

/** What a watched bell works with. */
export interface WatchedBellDeps {
  kv: Kv;
  /** Keys that one watch can hold. */
  watchKeys: number;
  clock: Clock;
  log: Log;
  random: Random;
}

/**
 * The bell of a store that several processes share: each commit sets `["bell", name]` to a new mark, and every process
 * watches the keys of the bells it listens to. The mark is written without a check, the only write that is: it is a
 * hint, says nothing, and whichever mark is last wakes everyone.
 */
export class WatchedBell implements Bell {
  readonly #deps: WatchedBellDeps;
  readonly #local: LocalBell;
  /** Begins the marks of this process, which has rung its own bells already. */
  readonly #own: string;
  /** The mark that was last seen of each bell. */
  readonly #seen = new Map<string, string>();
  /** Names of the open watches. */
  #watched: ReadonlySet<string> = new Set();
  #marks = 0;
  /** Ends the watches that are open, so that new ones with the names of now are opened. */
  #round = new AbortController();

  constructor(deps: WatchedBellDeps) {
    this.#deps = deps;
    this.#local = new LocalBell(deps);
    this.#own = `${randomDigits(deps.random, 13)}.`;
  }

  on(name: string, wake: (by: RungBy) => void): Disposable {
    const handler = this.#local.on(name, wake);
    if (!this.#watched.has(name)) this.#round.abort();
    return handler;
  }

  ring(names: Iterable<string>): void {
    this.#local.ring(names);
  }

  decorate(atomic: KvAtomic, names: Iterable<string>): void {
    const mark = utf8.encode(this.#own + this.#marks++);
    for (const name of names) atomic.set(keyOf(name), mark);
  }

  async run(signal: AbortSignal): Promise<void> {
    await runForever({ ...this.#deps, name: "bell" }, signal, () => this.#watchAll(signal));
  }

  /** Watches all names that have listeners until one is added, a watch fails, or `signal` aborts. */
  async #watchAll(signal: AbortSignal): Promise<void> {
    this.#round = new AbortController();
    const stop = AbortSignal.any([signal, this.#round.signal]);
    const names = [...this.#local.names];
    this.#watched = new Set(names);
    for (const name of this.#seen.keys()) {
      if (!this.#watched.has(name)) this.#seen.delete(name); // shown again, it rings: something may have been missed
    }
    const watches: Promise<void>[] = [aborted(stop)];
    for (let i = 0; i < names.length; i += this.#deps.watchKeys) {
      watches.push(this.#watch(names.slice(i, i + this.#deps.watchKeys), stop));
    }
    try {
      await Promise.all(watches);
    } finally {
      this.#round.abort();
    }
  }

  async #watch(names: readonly string[], stop: AbortSignal): Promise<void> {
    const reader = this.#deps.kv.watch(names.map(keyOf)).getReader();
    const cancel = () => void reader.cancel().catch(() => {});
    stop.addEventListener("abort", cancel, { once: true });
    if (stop.aborted) cancel();
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) this.#look(names, next.value);
    } finally {
      stop.removeEventListener("abort", cancel);
    }
    if (!stop.aborted) throw new Error("A watch of the store ended");
  }

  #look(names: readonly string[], entries: readonly KvEntryMaybe[]): void {
    for (const [i, name] of names.entries()) {
      const value = entries[i]?.value;
      const mark = value ? text.decode(value) : "";
      const news = mark !== (this.#seen.get(name) ?? "") && !mark.startsWith(this.#own);
      this.#seen.set(name, mark);
      if (news) this.#local.ring([name], "other");
    }
  }
}

function keyOf(name: string): KvKey {
  return ["bell", name];
}
