import type { KvWrite } from "./change.ts";
import { encodeKey } from "./key_order.ts";
import type { KvAtomic, KvCheck, KvCommitAnswer, KvKey } from "./port.ts";
import type { KvLimits } from "./profile.ts";

/** A check by the key's encoding. */
export interface EncodedCheck {
  encoded: string;
  versionstamp: string | null;
}

/** Applies checks and writes at once, or answers that a check failed. Writes are by encoded key, one for each key. */
export type ApplyCommit = (
  checks: readonly EncodedCheck[],
  writes: ReadonlyMap<string, KvWrite>,
) => Promise<KvCommitAnswer>;

/** Gathers a commit for an engine and refuses, as Deno KV does, what exceeds the engine's limits. */
export class GatheredAtomic implements KvAtomic {
  readonly #limits: KvLimits;
  readonly #apply: ApplyCommit;
  readonly #checks: EncodedCheck[] = [];
  readonly #writes = new Map<string, KvWrite>();
  #mutations = 0;
  #bytes = 0;
  #keyBytes = 0;

  constructor(limits: KvLimits, apply: ApplyCommit) {
    this.#limits = limits;
    this.#apply = apply;
  }

  check(...checks: KvCheck[]): this {
    for (const { key, versionstamp } of checks) {
      const encoded = encodeKey(key);
      this.#checks.push({ encoded, versionstamp });
      this.#countKey(encoded);
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
    const { checks, mutations, commitKeyBytes, commitBytes } = this.#limits;
    refuseAbove(this.#checks.length, checks, "Too many checks");
    refuseAbove(this.#mutations, mutations, "Too many mutations");
    refuseAbove(this.#keyBytes, commitKeyBytes, "Total key size too large");
    refuseAbove(this.#bytes, commitBytes, "Total mutation size too large");
    return this.#apply(this.#checks, this.#writes);
  }

  #write(write: KvWrite): this {
    if (write.key.length === 0) throw new TypeError("Key cannot be empty");
    const encoded = encodeKey(write.key);
    const valueBytes = write.value?.length ?? 0;
    refuseAbove(encoded.length, this.#limits.keyBytes, "Key too large for write");
    refuseAbove(valueBytes, this.#limits.valueBytes, "Value too large");
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
