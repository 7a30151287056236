import type {
  Engine,
  Kv,
  KvAtomic,
  KvCheck,
  KvCommitAnswer,
  KvEntryMaybe,
  KvIterator,
  KvKey,
  KvListOptions,
  KvSelector,
} from "../../src/kv/mod.ts";
import { PROFILES } from "../../src/kv/mod.ts";

/**
 * What happens to a commit: nothing special; an error before it reached the store; an error after it was applied; a plain
 * no after it was applied (a client that repeated it by itself); an error now while the request lands later, by
 * `landLate`; no answer ever, though it was applied.
 */
export type Fault = "none" | "lose_request" | "lose_answer" | "repeat" | "late" | "hang";

/** A store whose commits fail as a test says; reads can be made to fail too. */
export class FaultyKv implements Kv {
  /** The fate of the next commits, in order; "none" when empty. */
  readonly plan: Fault[] = [];
  /** While true, reads and commits throw. */
  down = false;
  /** Commits that were asked for. */
  commits = 0;
  readonly #kv: Kv;
  readonly #late: (() => Promise<KvCommitAnswer>)[] = [];

  constructor(kv: Kv) {
    this.#kv = kv;
  }

  get(key: KvKey): Promise<KvEntryMaybe> {
    return this.down ? Promise.reject(unreachable()) : this.#kv.get(key);
  }

  getMany(keys: readonly KvKey[]): Promise<KvEntryMaybe[]> {
    return this.down ? Promise.reject(unreachable()) : this.#kv.getMany(keys);
  }

  list(selector: KvSelector, options?: KvListOptions): KvIterator {
    if (this.down) throw unreachable();
    return this.#kv.list(selector, options);
  }

  atomic(): KvAtomic {
    return new FaultyAtomic(this.#kv.atomic(), (commit) => this.#send(commit));
  }

  watch(keys: readonly KvKey[]): ReadableStream<KvEntryMaybe[]> {
    return this.#kv.watch(keys);
  }

  close(): void {
    this.#kv.close();
  }

  /** Lets the requests that were held back reach the store; answers what it said to them. */
  landLate(): Promise<KvCommitAnswer[]> {
    return Promise.all(this.#late.splice(0).map((commit) => commit()));
  }

  async #send(commit: () => Promise<KvCommitAnswer>): Promise<KvCommitAnswer> {
    this.commits++;
    const fault = this.plan.shift() ?? "none";
    if (fault === "late") this.#late.push(commit);
    if (this.down || fault === "late" || fault === "lose_request") throw unreachable();
    const answer = await commit();
    if (fault === "lose_answer") throw unreachable();
    if (fault === "hang") return new Promise<KvCommitAnswer>(() => {});
    return fault === "repeat" ? { ok: false } : answer;
  }
}

/** An engine over a faulty store that knows that answers can be lost. */
export function faultyEngine(engine: Engine): Engine & { kv: FaultyKv } {
  const kv = new FaultyKv(engine.kv);
  return { kv, profile: { ...PROFILES.connect, limits: engine.profile.limits }, close: () => engine.close() };
}

class FaultyAtomic implements KvAtomic {
  readonly #atomic: KvAtomic;
  readonly #send: (commit: () => Promise<KvCommitAnswer>) => Promise<KvCommitAnswer>;

  constructor(atomic: KvAtomic, send: (commit: () => Promise<KvCommitAnswer>) => Promise<KvCommitAnswer>) {
    this.#atomic = atomic;
    this.#send = send;
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

  commit(): Promise<KvCommitAnswer> {
    return this.#send(() => this.#atomic.commit());
  }
}

function unreachable(): Error {
  return new Error("503 the store can't be reached");
}
