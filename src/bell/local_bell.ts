import { aborted, type Log, messageOf } from "../runtime/mod.ts";
import type { Bell, RungBy } from "./bell.ts";

/** Rings within this process only. */
export class LocalBell implements Bell {
  readonly #log: Log;
  readonly #handlers = new Map<string, Set<(by: RungBy) => void>>();

  constructor(deps: { log: Log }) {
    this.#log = deps.log;
  }

  /** Names that somebody listens to. */
  get names(): Iterable<string> {
    return this.#handlers.keys();
  }

  on(name: string, wake: (by: RungBy) => void): Disposable {
    const handlers = this.#handlers.get(name) ?? new Set();
    const handler = (by: RungBy) => wake(by); // its own object, so that one function can be given twice
    this.#handlers.set(name, handlers.add(handler));
    return {
      [Symbol.dispose]: () => {
        handlers.delete(handler);
        if (handlers.size === 0 && this.#handlers.get(name) === handlers) this.#handlers.delete(name);
      },
    };
  }

  ring(names: Iterable<string>, by: RungBy = "own"): void {
    for (const name of names) {
      for (const handler of [...this.#handlers.get(name) ?? []]) this.#call(name, handler, by);
    }
  }

  run(signal: AbortSignal): Promise<void> {
    return aborted(signal);
  }

  #call(name: string, handler: (by: RungBy) => void, by: RungBy): void {
    try {
      handler(by);
    } catch (thrown) {
      this.#log.error(`Cannot handle bell "${name}": ${messageOf(thrown)}`, { error: thrown });
    }
  }
}
