import { encodeKey } from "./key_order.ts";
import type { KvEntryMaybe, KvKey } from "./port.ts";

/** One open watch: its keys, whether one changed since it was last shown, and who waits for that. */
interface Watch {
  keys: readonly { encoded: string; key: KvKey }[];
  changed: boolean;
  wake?: () => void;
}

/** The watches of a store in memory: each shows the current entries first, then the newest state after changes. */
export class MemoryWatches {
  readonly #read: (encoded: string, key: KvKey) => KvEntryMaybe;
  readonly #byKey = new Map<string, Set<Watch>>();
  readonly #controllers = new Map<Watch, ReadableStreamDefaultController<KvEntryMaybe[]>>();

  constructor(read: (encoded: string, key: KvKey) => KvEntryMaybe) {
    this.#read = read;
  }

  /** Opens a watch; cancelling the stream ends it. */
  open(keys: readonly KvKey[]): ReadableStream<KvEntryMaybe[]> {
    const watch: Watch = { keys: keys.map((key) => ({ encoded: encodeKey(key), key })), changed: true };
    for (const { encoded } of watch.keys) this.#watchersOf(encoded).add(watch);
    return new ReadableStream({
      start: (controller) => void this.#controllers.set(watch, controller),
      pull: (controller) => this.#show(watch, controller),
      cancel: () => this.#end(watch),
    }, { highWaterMark: 0 });
  }

  /** Tells the watches of these keys to look. */
  changed(encodedKeys: Iterable<string>): void {
    if (this.#byKey.size === 0) return;
    for (const encoded of encodedKeys) {
      for (const watch of this.#byKey.get(encoded) ?? []) {
        watch.changed = true;
        watch.wake?.();
      }
    }
  }

  /** Ends all watches. */
  close(): void {
    for (const [watch, controller] of this.#controllers) {
      this.#end(watch);
      controller.close();
    }
  }

  async #show(watch: Watch, controller: ReadableStreamDefaultController<KvEntryMaybe[]>): Promise<void> {
    if (!watch.changed) await new Promise<void>((resolve) => watch.wake = resolve);
    if (!this.#controllers.has(watch)) return;
    watch.changed = false;
    controller.enqueue(watch.keys.map(({ encoded, key }) => this.#read(encoded, key)));
  }

  #watchersOf(encoded: string): Set<Watch> {
    const known = this.#byKey.get(encoded) ?? new Set();
    this.#byKey.set(encoded, known);
    return known;
  }

  #end(watch: Watch): void {
    this.#controllers.delete(watch);
    for (const { encoded } of watch.keys) {
      const watchers = this.#byKey.get(encoded);
      watchers?.delete(watch);
      if (watchers?.size === 0) this.#byKey.delete(encoded);
    }
    watch.wake?.();
  }
}
