import type {
  Kv,
  KvAtomic,
  KvCheck,
  KvCommitAnswer,
  KvEntry,
  KvEntryMaybe,
  KvIterator,
  KvKey,
  KvListOptions,
  KvSelector,
} from "../../../src/kv/mod.ts";

/** A call to the store that waits until the model lets it through. */
export interface Turn {
  peer: string;
  what: string;
  go: () => void;
  /** Lets a commit through whose sender is gone; absent for reads. */
  stray?: () => void;
}

/** Calls to the store of all servers: which one goes next is the model's choice. */
export class Turns {
  readonly waiting: Turn[] = [];
  #heard: ReadonlySet<string> | null = null;

  /** Resolves when it is this call's turn. */
  wait(turn: Omit<Turn, "go">): Promise<void> {
    return new Promise((go) => {
      if (this.#heard === null || this.#heard.has(turn.peer)) this.waiting.push({ ...turn, go });
    });
  }

  /** Lets the n-th waiting call through. */
  release(n: number): Turn | undefined {
    const [turn] = this.waiting.splice(n, 1);
    turn?.go();
    return turn;
  }

  /** From now on no other servers than these are heard: one that was killed goes on where it hung, as if it had been frozen. */
  hearOnly(peers: readonly string[]): void {
    this.#heard = new Set(peers);
  }

  /** Takes away all calls of a server. */
  drop(peer: string): Turn[] {
    const dropped = this.waiting.filter((turn) => turn.peer === peer);
    const kept = this.waiting.filter((turn) => turn.peer !== peer);
    this.waiting.splice(0, Infinity, ...kept);
    return dropped;
  }
}

/** A store whose every call waits for its turn. */
export class TurnKv implements Kv {
  readonly #kv: Kv;
  readonly #turns: Turns;
  readonly #peer: string;
  readonly #beforeCommit: () => void;

  constructor(kv: Kv, options: { turns: Turns; peer: string; beforeCommit: () => void }) {
    this.#kv = kv;
    this.#turns = options.turns;
    this.#peer = options.peer;
    this.#beforeCommit = options.beforeCommit;
  }

  async get(key: KvKey): Promise<KvEntryMaybe> {
    await this.#turns.wait({ peer: this.#peer, what: `get ${key.join("/")}` });
    return await this.#kv.get(key);
  }

  async getMany(keys: readonly KvKey[]): Promise<KvEntryMaybe[]> {
    await this.#turns.wait({ peer: this.#peer, what: "getMany" });
    return await this.#kv.getMany(keys);
  }

  list(selector: KvSelector, options?: KvListOptions): KvIterator {
    const turn = () => this.#turns.wait({ peer: this.#peer, what: `list ${JSON.stringify(selector)}` });
    const open = () => this.#kv.list(selector, options);
    return {
      get cursor(): string {
        throw new TypeError("no one reads cursors here");
      },
      async *[Symbol.asyncIterator](): AsyncIterator<KvEntry> {
        await turn();
        yield* open();
      },
    };
  }

  atomic(): KvAtomic {
    return new TurnAtomic(this.#kv.atomic(), (commit) => this.#send(commit));
  }

  watch(keys: readonly KvKey[]): ReadableStream<KvEntryMaybe[]> {
    return this.#kv.watch(keys);
  }

  close(): void {
    this.#kv.close();
  }

  async #send(commit: () => Promise<KvCommitAnswer>): Promise<KvCommitAnswer> {
    const stray = () => void commit().catch(() => {});
    await this.#turns.wait({ peer: this.#peer, what: "commit", stray });
    this.#beforeCommit();
    return await commit();
  }
}

class TurnAtomic implements KvAtomic {
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
