import { CarillonError, type Clock, type Log } from "../../runtime/mod.ts";
import type { KvWrite } from "../change.ts";
import { readUntil } from "../deadline.ts";
import { type EncodedCheck, GatheredAtomic } from "../gathered_atomic.ts";
import { GatheredReads } from "../gathered_reads.ts";
import { decodeKey } from "../key_decode.ts";
import { encodeKey, keyToBytes } from "../key_order.ts";
import { PagedRange, type RangePage } from "../paged_range.ts";
import type { Kv, KvCommitAnswer, KvEntry, KvEntryMaybe, KvKey, KvListOptions, KvSelector } from "../port.ts";
import type { KvLimits } from "../profile.ts";
import { watchStream } from "../watch_stream.ts";
import { frames } from "./frames.ts";
import * as messages from "./messages.ts";
import type { ConnectSession } from "./session.ts";

/** What a store over KV Connect works with. */
export interface ConnectKvDeps {
  session: ConnectSession;
  limits: KvLimits;
  deadlineMs: number;
  clock: Clock;
  log: Log;
}

/**
 * A store over KV Connect. Reads are tried again until the deadline. A commit is sent once: whatever goes wrong is
 * thrown, so that it is settled by whoever knows how, and a plain no is always an answer to the first try.
 */
export class ConnectKv implements Kv {
  readonly #deps: ConnectKvDeps;
  readonly #closed = new AbortController();
  readonly #reads: GatheredReads;

  constructor(deps: ConnectKvDeps) {
    this.#deps = deps;
    this.#reads = new GatheredReads((keys) => this.getMany(keys), deps.limits.getMany);
  }

  async get(key: KvKey): Promise<KvEntryMaybe> {
    this.#mustBeOpen();
    return await this.#reads.get(key);
  }

  async getMany(keys: readonly KvKey[]): Promise<KvEntryMaybe[]> {
    this.#mustBeOpen();
    const { getMany } = this.#deps.limits;
    if (keys.length > getMany) throw new TypeError(`Too many ranges (max ${getMany})`);
    const found = await this.#read(keys.map((key) => {
      const start = encodeKey(key);
      return { start: keyToBytes(start), end: keyToBytes(start + "\0"), limit: 1, reverse: false };
    }));
    return keys.map((key, i) => found[i]?.[0] ?? { key, value: null, versionstamp: null });
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
    const { clock, log, limits } = this.#deps;
    if (keys.length > limits.watchKeys) throw new TypeError(`Too many keys (max ${limits.watchKeys})`);
    return watchStream(
      { clock, log, closed: this.#closed.signal },
      (show, signal) => this.#follow(keys, show, signal),
    );
  }

  close(): void {
    this.#mustBeOpen();
    this.#closed.abort();
    this.#deps.session[Symbol.dispose]();
  }

  async #page({ start, end, limit, reverse }: RangePage): Promise<KvEntry[]> {
    const [entries = []] = await this.#read([{ start: keyToBytes(start), end: keyToBytes(end), limit, reverse }]);
    return entries;
  }

  #read(ranges: readonly messages.ReadRange[]): Promise<KvEntry[][]> {
    this.#mustBeOpen();
    const { clock, deadlineMs, session } = this.#deps;
    const body = messages.encodeRead(ranges);
    return readUntil(clock, deadlineMs, async (leftMs) => {
      const output = messages.decodeRead(await session.post("snapshot_read", body, leftMs));
      if (output.current) return output.ranges.map((entries) => entries.map(entryOf));
      session.forget();
      throw new CarillonError("unavailable", "Cannot read the store: its endpoint can't serve at present");
    });
  }

  async #commit(checks: readonly EncodedCheck[], writes: ReadonlyMap<string, KvWrite>): Promise<KvCommitAnswer> {
    this.#mustBeOpen();
    const { session } = this.#deps;
    const body = messages.encodeWrite(
      checks.map(({ encoded, versionstamp }) => ({ key: keyToBytes(encoded), versionstamp: stampBytes(versionstamp) })),
      Array.from(writes, ([encoded, { value }]) => ({ key: keyToBytes(encoded), value })),
    );
    const output = messages.decodeWrite(await session.post("atomic_write", body));
    if (output.status === "applied") return { ok: true, versionstamp: output.versionstamp.toHex() };
    if (output.status === "refused") return { ok: false };
    session.forget();
    throw new CarillonError("unavailable", "Cannot commit: the store's endpoint takes no writes at present");
  }

  async #follow(
    keys: readonly KvKey[],
    show: (entries: readonly KvEntryMaybe[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, session } = this.#deps;
    const entries: KvEntryMaybe[] = keys.map((key) => ({ key, value: null, versionstamp: null }));
    const body = messages.encodeWatch(keys.map((key) => keyToBytes(encodeKey(key))));
    for await (const frame of frames(clock, await session.stream("watch", body, signal))) {
      const output = messages.decodeWatch(frame);
      if (output.disabled) return session.forget();
      for (const [i, key] of keys.entries()) {
        const { changed = false, entry } = output.keys[i] ?? {};
        if (changed) entries[i] = entry ? entryOf(entry) : { key, value: null, versionstamp: null };
      }
      show([...entries]);
    }
  }

  #mustBeOpen(): void {
    if (this.#closed.signal.aborted) throw new Deno.errors.BadResource("The store is closed");
  }
}

function entryOf({ key, value, encoding, versionstamp }: messages.WireEntry): KvEntry {
  const decoded = decodeKey(key);
  if (encoding === messages.ENCODING_BYTES) return { key: decoded, value, versionstamp: versionstamp.toHex() };
  throw new CarillonError("invalid", `Cannot read ${JSON.stringify(decoded, asText)}: another program wrote the value`);
}

function asText(_: string, part: unknown): unknown {
  return typeof part === "bigint" ? `${part}n` : part;
}

function stampBytes(versionstamp: string | null): Uint8Array {
  return versionstamp === null ? new Uint8Array() : Uint8Array.fromHex(versionstamp);
}
