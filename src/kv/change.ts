import type { KvCheck, KvKey } from "./port.ts";
import { encodeKey } from "./key_order.ts";
import type { KvLimits } from "./profile.ts";

/** A write of one key: its new bytes, or null to delete it. */
export interface KvWrite {
  key: KvKey;
  value: Uint8Array | null;
}

/**
 * A change of state that will be one commit: what must still hold, what is written, and which bells ring after it.
 * It counts its own cost, so that a budget is one comparison.
 *
 * @example
 * ```ts
 * import { Change } from "./change.ts";
 * new Change().check(["job", "a"], null).set(["job", "a"], new Uint8Array([1])).ring("jobs");
 * ```
 */
export class Change {
  readonly #checks = new Map<string, KvCheck>();
  readonly #writes = new Map<string, KvWrite>();
  #bells: Set<string> | undefined;
  #bytes = 0;
  #keyBytes = 0;
  #longestKeyBytes = 0;
  #longestValueBytes = 0;
  #contradictory = false;
  /** The key that was encoded last: most are checked and then written. */
  #lastKey: KvKey | undefined;
  #lastEncoded = "";

  /** The key must still have this versionstamp; null = it must not exist. */
  check(key: KvKey, versionstamp: string | null): this {
    this.#addCheck(this.#encode(key), { key, versionstamp });
    return this;
  }

  /** Writes the key; a later write of the same key takes its place. */
  set(key: KvKey, value: Uint8Array): this {
    this.#addWrite(this.#encode(key), { key, value });
    return this;
  }

  /** Deletes the key; one that is missing already is no error. */
  delete(key: KvKey): this {
    this.#addWrite(this.#encode(key), { key, value: null });
    return this;
  }

  /** Rings a bell once the change is applied. */
  ring(bell: string): this {
    (this.#bells ??= new Set()).add(bell);
    return this;
  }

  /** Takes over all checks, writes and bells of another change, whose writes come after this one's. */
  merge(other: Change): this {
    for (const [encoded, check] of other.#checks) this.#addCheck(encoded, check);
    for (const [encoded, write] of other.#writes) this.#addWrite(encoded, write);
    if (other.#bells) { for (const bell of other.#bells) this.ring(bell); }
    this.#contradictory ||= other.#contradictory;
    return this;
  }

  /** Checks by encoded key. */
  get checks(): ReadonlyMap<string, KvCheck> {
    return this.#checks;
  }

  /** Writes by encoded key. */
  get writes(): ReadonlyMap<string, KvWrite> {
    return this.#writes;
  }

  /** Names of the bells to ring. */
  get bells(): ReadonlySet<string> {
    return this.#bells ?? NO_BELLS;
  }

  /** Bytes of all keys and values, as the engines count them. */
  get sizeBytes(): number {
    return this.#bytes;
  }

  /** Bytes of all keys, checked ones included. */
  get keySizeBytes(): number {
    return this.#keyBytes;
  }

  /** Whether one key is checked against two versionstamps, so that the change can never be applied. */
  get contradictory(): boolean {
    return this.#contradictory;
  }

  /** Encoded keys that are checked or written, each at least once. */
  *touches(): Iterable<string> {
    yield* this.#checks.keys();
    yield* this.#writes.keys();
  }

  /** Whether another change's checks agree with this one's, so that the two can be one commit. */
  agreesWith(other: Change): boolean {
    if (this.#contradictory || other.#contradictory) return false;
    for (const [encoded, check] of other.#checks) {
      const own = this.#checks.get(encoded);
      if (own && own.versionstamp !== check.versionstamp) return false;
    }
    return true;
  }

  /** Whether this change, with another's cost added, stays within what one commit may carry (room for its slot kept). */
  fits(limits: KvLimits, other: Change = NOTHING): boolean {
    return this.#checks.size + other.#checks.size <= limits.checks - RESERVED_OPERATIONS &&
      this.#mutations + other.#mutations <= limits.mutations - RESERVED_OPERATIONS &&
      // Deno KV counts the keys of a commit twice.
      this.#bytes + other.#bytes + this.#keyBytes + other.#keyBytes <= limits.commitBytes - RESERVED_BYTES &&
      this.#keyBytes + other.#keyBytes <= limits.commitKeyBytes - RESERVED_BYTES &&
      this.#longestKeyBytes <= limits.keyBytes && this.#longestValueBytes <= limits.valueBytes;
  }

  /** Writes, and one for each bell, as a bell may need one. */
  get #mutations(): number {
    return this.#writes.size + (this.#bells?.size ?? 0);
  }

  #encode(key: KvKey): string {
    if (key !== this.#lastKey) {
      this.#lastKey = key;
      this.#lastEncoded = encodeKey(key);
    }
    return this.#lastEncoded;
  }

  #addCheck(encoded: string, check: KvCheck): void {
    const known = this.#checks.get(encoded);
    if (known) {
      if (known.versionstamp !== check.versionstamp) this.#contradictory = true;
      return;
    }
    this.#checks.set(encoded, check);
    this.#countKey(encoded);
  }

  #addWrite(encoded: string, write: KvWrite): void {
    const known = this.#writes.get(encoded);
    if (known) this.#bytes -= known.value?.length ?? 0;
    else this.#countKey(encoded);
    this.#writes.set(encoded, write);
    const valueBytes = write.value?.length ?? 0;
    this.#bytes += valueBytes;
    if (valueBytes > this.#longestValueBytes) this.#longestValueBytes = valueBytes;
  }

  #countKey(encoded: string): void {
    this.#bytes += encoded.length;
    this.#keyBytes += encoded.length;
    if (encoded.length > this.#longestKeyBytes) this.#longestKeyBytes = encoded.length;
  }
}

const NO_BELLS: ReadonlySet<string> = new Set();
const NOTHING = new Change();

/** Kept free in each commit for the slot: one check and one write, and the bells' keys and marks. */
const RESERVED_OPERATIONS = 1;
const RESERVED_BYTES = 4 * 1024;
