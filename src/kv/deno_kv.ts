import type {
  Kv,
  KvAtomic,
  KvCheck,
  KvCommitAnswer,
  KvEntryMaybe,
  KvIterator,
  KvKey,
  KvListOptions,
  KvSelector,
} from "./port.ts";

/**
 * A `Deno.Kv` behind the port. It only narrows types: Deno's key parts name a `symbol` that no stored key has, and its
 * values are `unknown`, while the port writes bytes only. The casts of this file are the only ones that say so.
 */
export class DenoKv implements Kv {
  readonly #kv: Deno.Kv;

  constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  get(key: KvKey): Promise<KvEntryMaybe> {
    return this.#kv.get(key) as Promise<KvEntryMaybe>;
  }

  getMany(keys: readonly KvKey[]): Promise<KvEntryMaybe[]> {
    return this.#kv.getMany(keys) as Promise<KvEntryMaybe[]>;
  }

  list(selector: KvSelector, options?: KvListOptions): KvIterator {
    return this.#kv.list<Uint8Array>(selector, options) as KvIterator;
  }

  atomic(): DenoAtomic {
    return new DenoAtomic(this.#kv.atomic());
  }

  watch(keys: readonly KvKey[]): ReadableStream<KvEntryMaybe[]> {
    return this.#kv.watch(keys) as ReadableStream<KvEntryMaybe[]>;
  }

  close(): void {
    this.#kv.close();
  }
}

/** A `Deno.AtomicOperation` behind the port. */
export class DenoAtomic implements KvAtomic {
  readonly #atomic: Deno.AtomicOperation;

  constructor(atomic: Deno.AtomicOperation) {
    this.#atomic = atomic;
  }

  check(...checks: KvCheck[]): this {
    this.#atomic.check(...checks);
    return this;
  }

  set(key: KvKey, value: Uint8Array): this {
    this.#atomic.set(key, value);
    return this;
  }

  delete(key: KvKey): this {
    this.#atomic.delete(key);
    return this;
  }

  /** Adds a queue message, delivered `delayMs` after the commit or later. */
  enqueue(message: unknown, delayMs: number): void {
    this.#atomic.enqueue(message, { delay: delayMs });
  }

  commit(): Promise<KvCommitAnswer> {
    return this.#atomic.commit();
  }
}
