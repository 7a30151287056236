import { type Clock, type Log, messageOf } from "../runtime/mod.ts";
import { readProcesses, residentBytesOf } from "./process_table.ts";

/** How often memory is looked at, in milliseconds. */
const PERIOD_MS = 1_000;

interface Watched {
  leader: number;
  limitBytes: number;
  exceeded: (usedBytes: number) => void;
}

/** Minds the memory of all limited runs of this process with one `ps` a second, and none while there are none. */
export class MemoryWatch {
  readonly #watched = new Set<Watched>();
  /** Aborts the wait for the next look when nothing is left to watch; undefined while nothing is. */
  #idle: AbortController | undefined;

  constructor(private readonly deps: { clock: Clock; env: Readonly<Record<string, string>>; log: Log }) {}

  /** Calls `exceeded` with the bytes in use whenever a look finds that the group of `leader` holds more than `limitBytes`; until disposed. */
  watch(leader: number, limitBytes: number, exceeded: (usedBytes: number) => void): Disposable {
    const watched = { leader, limitBytes, exceeded };
    this.#watched.add(watched);
    if (!this.#idle) this.#poll(this.#idle = new AbortController());
    return { [Symbol.dispose]: () => this.#forget(watched) };
  }

  #forget(watched: Watched): void {
    this.#watched.delete(watched);
    if (this.#watched.size > 0) return;
    this.#idle?.abort();
    this.#idle = undefined;
  }

  async #poll(idle: AbortController): Promise<void> {
    while (!idle.signal.aborted) {
      await this.deps.clock.sleep(PERIOD_MS, idle.signal);
      if (idle.signal.aborted) return;
      await this.#look().catch((thrown) => this.deps.log.error(`Cannot mind mem_limit: ${messageOf(thrown)}`));
    }
  }

  async #look(): Promise<void> {
    const rows = await readProcesses(this.deps.env);
    for (const watched of this.#watched) {
      const usedBytes = residentBytesOf(watched.leader, rows);
      if (usedBytes > watched.limitBytes) watched.exceeded(usedBytes);
    }
  }
}
