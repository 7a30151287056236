import type { Clock, Log } from "../../runtime/mod.ts";
import type { KvWrite } from "../change.ts";
import { type EncodedCheck, GatheredAtomic } from "../gathered_atomic.ts";
import { GatheredReads } from "../gathered_reads.ts";
import { decodeKey } from "../key_decode.ts";
import { encodeKey, keyToBytes } from "../key_order.ts";
import { PagedRange, type RangePage } from "../paged_range.ts";
import type { Kv, KvCommitAnswer, KvEntry, KvEntryMaybe, KvKey, KvListOptions, KvSelector } from "../port.ts";
import type { KvLimits } from "../profile.ts";
import { watchStream } from "../watch_stream.ts";
import type { Members } from "./members.ts";
import {
  decodeRange,
  decodeTxn,
  encodeRange,
  encodeReads,
  encodeTxn,
  type EtcdEntry,
  METHODS,
  type RangeRequest,
} from "./messages.ts";
import { fromVersionstamp, toVersionstamp } from "./revision.ts";
import { followKeys } from "./follow_keys.ts";

/** What a store on etcd works with. */
export interface EtcdKvDeps {
  members: Members;
  limits: KvLimits;
  /** Begins all keys of this store, one character a byte. */
  namespace: string;
  clock: Clock;
  log: Log;
}

/**
 * A store on an etcd cluster. Its keys are the bytes that Deno KV would store, behind the namespace, so that they have
 * its order; a versionstamp is the revision that wrote the key. Reads are of what the cluster agreed on. A commit is one
 * transaction, sent once: whatever goes wrong is thrown, so that it is settled by whoever knows how.
 */
export class EtcdKv implements Kv {
  readonly #deps: EtcdKvDeps;
  readonly #closed = new AbortController();
  readonly #reads: GatheredReads;

  constructor(deps: EtcdKvDeps) {
    this.#deps = deps;
    this.#reads = new GatheredReads((keys) => this.getMany(keys), deps.limits.getMany);
  }

  async get(key: KvKey): Promise<KvEntryMaybe> {
    this.#mustBeOpen();
    return await this.#reads.get(key);
  }

  async getMany(keys: readonly KvKey[]): Promise<KvEntryMaybe[]> {
    return (await this.#snapshot(keys)).entries;
  }

  list(selector: KvSelector, options: KvListOptions = {}): PagedRange {
    this.#mustBeOpen();
    return new PagedRange((page) => this.#page(page), selector, options);
  }

  atomic(): GatheredAtomic {
    return new GatheredAtomic(this.#deps.limits, (checks, writes) => this.#commit(checks, writes));
  }

  watch(keys: readonly KvKey[]): ReadableStream<KvEntryMaybe[]> {
    this.#mustBeOpen();
    const { clock, log, limits, members } = this.#deps;
    if (keys.length > limits.watchKeys) throw new TypeError(`Too many keys (max ${limits.watchKeys})`);
    const wire = keys.map((key) => this.#bytes(encodeKey(key)));
    return watchStream({ clock, log, closed: this.#closed.signal }, async (show, signal) => {
      const { entries, revision } = await this.#snapshot(keys);
      show([...entries]);
      await followKeys(members, wire, revision + 1, signal, (i, change) => {
        const key = keys[i] ?? [];
        const { value } = change;
        entries[i] = value ? { key, value, versionstamp: toVersionstamp(change.revision) } : missing(key);
        show([...entries]);
      });
    });
  }

  close(): void {
    this.#mustBeOpen();
    this.#closed.abort();
  }

  /** Several keys as they are at one revision. */
  async #snapshot(keys: readonly KvKey[]): Promise<{ entries: KvEntryMaybe[]; revision: number }> {
    this.#mustBeOpen();
    const { limits, members } = this.#deps;
    if (keys.length > limits.getMany) throw new TypeError(`Too many ranges (max ${limits.getMany})`);
    const ranges = keys.map((key): RangeRequest => ({ key: this.#bytes(encodeKey(key)) }));
    const { found, revision } = decodeTxn(await members.read(METHODS.txn, encodeReads(ranges)));
    const entries = keys.map((key, i) => {
      const entry = found[i]?.[0];
      return entry ? this.#entry(entry) : missing(key);
    });
    return { entries, revision };
  }

  async #page({ start, end, limit, reverse }: RangePage): Promise<KvEntry[]> {
    this.#mustBeOpen();
    if (start >= end) return []; // to etcd an end before the start is no empty range
    const request = encodeRange({ key: this.#bytes(start), end: this.#bytes(end), limit, reverse });
    return decodeRange(await this.#deps.members.read(METHODS.range, request)).map((entry) => this.#entry(entry));
  }

  async #commit(checks: readonly EncodedCheck[], writes: ReadonlyMap<string, KvWrite>): Promise<KvCommitAnswer> {
    this.#mustBeOpen();
    const request = encodeTxn(
      checks.map(({ encoded, versionstamp }) => ({
        key: this.#bytes(encoded),
        revision: fromVersionstamp(versionstamp),
      })),
      Array.from(writes, ([encoded, { value }]) => ({ key: this.#bytes(encoded), value })),
    );
    const { succeeded, revision } = decodeTxn(await this.#deps.members.once(METHODS.txn, request));
    return succeeded ? { ok: true, versionstamp: toVersionstamp(revision) } : { ok: false };
  }

  #bytes(encoded: string): Uint8Array {
    return keyToBytes(this.#deps.namespace + encoded);
  }

  #entry({ key, value, revision }: EtcdEntry): KvEntry {
    const own = key.subarray(this.#deps.namespace.length);
    return { key: decodeKey(own), value, versionstamp: toVersionstamp(revision) };
  }

  #mustBeOpen(): void {
    if (this.#closed.signal.aborted) throw new Deno.errors.BadResource("The store is closed");
  }
}

function missing(key: KvKey): KvEntryMaybe {
  return { key, value: null, versionstamp: null };
}
