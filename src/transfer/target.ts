import { Change, Committer, type Engine, type KvKey } from "../kv/mod.ts";
import { CarillonError, type Clock, type Log, type Random, randomDigits } from "../runtime/mod.ts";
import { SCHEMA_VERSION, schemaKey, schemaTable } from "../store/mod.ts";
import { LEFT_BEHIND } from "./moved_kinds.ts";

/** Takes the writes of a copy or a restore. */
export interface Sink {
  /** Throws `too_large` for a record that the store cannot hold. */
  write(change: Change, what: string): Promise<void>;
}

/** What filling a store works with. */
export interface TargetDeps {
  engine: Engine;
  clock: Clock;
  random: Random;
  log: Log;
}

/** Records that a server makes at its first start, before anyone gives it a job. */
const OF_ANY_START: ReadonlySet<string> = new Set([...LEFT_BEHIND, "fence", "node", "token"]);

/** What a store holds: how many records that would be a loss, and whether a former filling did not finish. */
export async function contentOf({ kv }: Engine): Promise<{ records: number; unfinished: boolean }> {
  const schema = await kv.get(schemaKey());
  const unfinished = schema.value !== null && schemaTable.decode(schema.value).unfinished !== undefined;
  let records = 0;
  for await (const { key } of kv.list({ prefix: [] }, { batchSize: 1000 })) {
    if (!OF_ANY_START.has(String(key[0]))) records++;
  }
  return { records, unfinished };
}

/** Refuses to write into a store that holds something, unless a filling left it there, or it may be replaced. */
export async function refuseFull(engine: Engine, how: { replace: boolean; name: string; what: string }): Promise<void> {
  const { records, unfinished } = await contentOf(engine);
  if (records === 0 || unfinished || how.replace) return;
  throw new CarillonError(
    "forbidden",
    `Cannot ${how.what} into "${how.name}": it holds ${records} records; take an empty store, or remove them with --replace`,
  );
}

/** Checks that each write fits the store, and writes nothing: for a look beforehand. */
export class CheckingSink implements Sink {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  write(change: Change, what: string): Promise<void> {
    if (change.fits(this.#engine.profile.limits)) return Promise.resolve();
    const { valueBytes, keyBytes } = this.#engine.profile.limits;
    return Promise.reject(
      new CarillonError(
        "too_large",
        `Cannot store ${what}: it has ${change.sizeBytes} bytes, and the store takes values of ${valueBytes} and keys of ${keyBytes}`,
      ),
    );
  }
}

/**
 * Fills a store in batches as large as it takes. Until `finish`, the store's schema record says that it is not whole, and
 * no server works on it; each batch checks that record, so that two fillings cannot mix.
 */
export class Filling implements Sink {
  readonly #deps: TargetDeps;
  readonly #committer: Committer;
  readonly #check: CheckingSink;
  readonly #what: string;
  #versionstamp: string | null;
  #pending = new Change();
  /** Records written so far. */
  written = 0;

  private constructor(deps: TargetDeps, what: string, versionstamp: string | null) {
    this.#deps = deps;
    this.#what = what;
    this.#versionstamp = versionstamp;
    this.#check = new CheckingSink(deps.engine);
    this.#committer = new Committer({ ...deps, incarnation: randomDigits(deps.random, 16) });
  }

  /** Marks the store as being filled and removes what it holds. */
  static async begin(deps: TargetDeps, what: string): Promise<Filling> {
    const { versionstamp } = await deps.engine.kv.get(schemaKey());
    const filling = new Filling(deps, what, versionstamp);
    const cluster = randomDigits(deps.random, 16);
    // Older programs know nothing of the mark: they refuse a store that needs a newer reader.
    const mark = { version: SCHEMA_VERSION, minReader: Number.MAX_SAFE_INTEGER, cluster, unfinished: what };
    await filling.#mark(schemaTable.encode(mark));
    await filling.#clear();
    return filling;
  }

  async write(change: Change, what: string): Promise<void> {
    await this.#check.write(change, what);
    if (!this.#pending.fits(this.#deps.engine.profile.limits, change)) await this.#flush();
    this.#pending.merge(change);
  }

  /** Writes what is still gathered. */
  async settle(): Promise<void> {
    await this.#flush();
  }

  /** Writes what is left and the record that says that the store is whole. */
  async finish(schema: Uint8Array): Promise<void> {
    await this.#flush();
    await this.#mark(schema);
    await this.#committer.close();
  }

  async #flush(): Promise<void> {
    const change = this.#pending.check(schemaKey(), this.#versionstamp);
    this.#pending = new Change().check(schemaKey(), this.#versionstamp);
    const { outcome } = await this.#committer.commit(change);
    if (outcome === "refused") throw this.#disturbed();
    this.written += change.writes.size;
  }

  async #clear(): Promise<void> {
    const old: KvKey[] = [];
    for await (const { key } of this.#deps.engine.kv.list({ prefix: [] }, { batchSize: 1000 })) {
      if (key[0] !== schemaKey()[0] && key[0] !== "slot") old.push(key);
    }
    for (const key of old) await this.write(new Change().delete(key), "nothing");
    await this.#flush();
    this.written = 0;
  }

  async #mark(schema: Uint8Array): Promise<void> {
    const change = new Change().check(schemaKey(), this.#versionstamp).set(schemaKey(), schema);
    const result = await this.#committer.commit(change);
    if (result.outcome === "refused") throw this.#disturbed();
    this.#versionstamp = result.versionstamp;
    this.#pending = new Change().check(schemaKey(), this.#versionstamp);
  }

  #disturbed(): CarillonError {
    return new CarillonError("stale", `Cannot go on with ${this.#what}: someone else writes into the store`);
  }
}
