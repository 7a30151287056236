import type { KvWrite } from "./change.ts";
import { encodeKey } from "./key_order.ts";
import type { KvAtomic, KvCheck, KvCommitAnswer, KvKey } from "./port.ts";
import { PROFILES } from "./profile.ts";

const LIMITS = PROFILES.memory.limits;

/** Applies checks and writes at once, or answers that a check failed. */
export type ApplyCommit = (checks: readonly KvCheck[], writes: ReadonlyMap<string, KvWrite>) => KvCommitAnswer;

/** Gathers a commit of the store in memory and refuses, as Deno KV does, what exceeds its limits. */
export class MemoryAtomic implements KvAtomic {
  readonly #apply: ApplyCommit;
  readonly #checks: KvCheck[] = [];
  readonly #writes = new Map<string, KvWrite>();
  #mutations = 0;
  #bytes = 0;
  #keyBytes = 0;

  constructor(apply: ApplyCommit) {
    this.#apply = apply;
  }

  check(...checks: KvCheck[]): this {
    for (const check of checks) {
      this.#checks.push(check);
      this.#countKey(encodeKey(check.key));
    }
    return this;
  }

  set(key: KvKey, value: Uint8Array): this {
    return this.#write({ key, value: value.slice() });
  }

  delete(key: KvKey): this {
    return this.#write({ key, value: null });
  }

  // deno-lint-ignore require-await -- a failure must be a rejection
  async commit(): Promise<KvCommitAnswer> {
    refuseAbove(this.#checks.length, LIMITS.checks, "Too many checks");
    refuseAbove(this.#mutations, LIMITS.mutations, "Too many mutations");
    refuseAbove(this.#keyBytes, LIMITS.commitKeyBytes, "Total key size too large");
    refuseAbove(this.#bytes, LIMITS.commitBytes, "Total mutation size too large");
    return this.#apply(this.#checks, this.#writes);
  }

  #write(write: KvWrite): this {
    if (write.key.length === 0) throw new TypeError("Key cannot be empty");
    const encoded = encodeKey(write.key);
    const valueBytes = write.value?.length ?? 0;
    refuseAbove(encoded.length, LIMITS.keyBytes, "Key too large for write");
    refuseAbove(valueBytes, LIMITS.valueBytes, "Value too large");
    this.#countKey(encoded);
    this.#mutations++;
    this.#bytes += valueBytes;
    this.#writes.set(encoded, write);
    return this;
  }

  #countKey(encoded: string): void {
    this.#bytes += encoded.length;
    this.#keyBytes += encoded.length;
  }
}

function refuseAbove(actual: number, limit: number, what: string): void {
  if (actual > limit) throw new TypeError(`${what} (max ${limit})`);
}
