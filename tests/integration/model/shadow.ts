import type { Kv, KvAtomic, KvCheck, KvCommitAnswer, KvKey } from "../../../src/kv/mod.ts";
import { MemoryKv } from "../../../src/kv/mod.ts";
import type {
  Backlog,
  Cursor,
  Due,
  Effect,
  Execution,
  Fence,
  Gap,
  Gate,
  Group,
  Job,
  Join,
  Node,
  Stat,
} from "../../../src/model/mod.ts";
import type { Edges } from "../../../src/store/mod.ts";

/** What is stored under the first part of a key. */
export interface Records {
  job: Job;
  rev: { definition: Job["definition"] };
  due: Due;
  cursor: Cursor;
  backlog: Backlog;
  gap: Gap;
  gate: Gate;
  group: Group;
  exec: Execution;
  q: Execution;
  held: { from: number };
  running: { uid: string };
  taken: { target: number };
  stat: Stat;
  effect: Effect;
  dead: Effect;
  join: Join;
  graph: Edges;
  tomb: { name: string };
  node: Node;
  fence: Fence;
}
export type Head = keyof Records;

/** One record that a commit has written: before and after, null where there was or is none. */
export interface Row<T = unknown> {
  /** What it is of: its kind first, and an id in one part. */
  key: KvKey;
  /** The key it is stored under. */
  place: KvKey;
  id: string;
  before: T | null;
  after: T | null;
}

/** A commit that the store has applied: whose it was, what it checked and what it changed. */
export interface Landing {
  peer: string;
  checked: ReadonlySet<string>;
  rows: readonly Row[];
  versionstamp: string;
}

/** The records of one kind that a landing wrote. */
export function rowsOf<H extends Head>(landing: Landing, head: H): Row<Records[H]>[] {
  return landing.rows.filter(({ key }) => key[0] === head) as Row<Records[H]>[];
}

/** A key as one text. */
export const idOf = (key: KvKey): string => key.join("/");

/** A group and its executions stand side by side in the store. */
function recordOf(key: KvKey): KvKey {
  const [head, uid = "", group = "", rest] = key;
  if (head !== "exec") return key;
  return rest === undefined ? ["group", uid, group] : ["exec", uid, `${String(group)}${String(rest)}`];
}

/** Heads whose values are no JSON. */
const RAW = new Set(["slot", "out", "lease"]);
const decoder = new TextDecoder();

/** The store's contents as plain objects, as of the last commit that landed. */
export class Shadow {
  readonly #heads = new Map<string, Map<string, { key: KvKey; value: unknown }>>();

  /** Takes over what a commit has written. */
  apply(writes: readonly { key: KvKey; value: Uint8Array | null }[]): Row[] {
    return writes.map(({ key: place, value }) => {
      const key = recordOf(place);
      const head = String(key[0]);
      const records = this.#heads.get(head) ?? new Map<string, { key: KvKey; value: unknown }>();
      this.#heads.set(head, records);
      const id = idOf(key);
      const before = records.get(id)?.value ?? null;
      const after = value === null ? null : RAW.has(head) ? {} : JSON.parse(decoder.decode(value));
      if (after === null) records.delete(id);
      else records.set(id, { key, value: after });
      return { key, place, id, before, after };
    });
  }

  /** One record. */
  get<H extends Head>(head: H, ...rest: (string | number)[]): Records[H] | null {
    return (this.#heads.get(head)?.get(idOf([head, ...rest]))?.value ?? null) as Records[H] | null;
  }

  /** All records of a kind with their keys. */
  all<H extends Head>(head: H): { key: KvKey; value: Records[H] }[] {
    return [...this.#heads.get(head)?.values() ?? []] as { key: KvKey; value: Records[H] }[];
  }

  /** Every key that is stored. */
  keys(): KvKey[] {
    return [...this.#heads.values()].flatMap((records) => [...records.values()].map(({ key }) => key));
  }
}

/** One server's way to the shared store in memory: tells of each commit that lands, whoever still waits for it. */
export function observed(memory: MemoryKv, landed: Landed): Kv {
  return {
    get: (key) => memory.get(key),
    getMany: (keys) => memory.getMany(keys),
    list: (selector, options) => memory.list(selector, options),
    atomic: () => new ObservedAtomic(memory.atomic(), landed),
    watch: (keys) => memory.watch(keys),
    close() {},
  };
}

type Landed = (
  checked: ReadonlySet<string>,
  writes: { key: KvKey; value: Uint8Array | null }[],
  versionstamp: string,
) => void;

class ObservedAtomic implements KvAtomic {
  readonly #atomic: KvAtomic;
  readonly #landed: Landed;
  readonly #checked = new Set<string>();
  readonly #writes: { key: KvKey; value: Uint8Array | null }[] = [];

  constructor(atomic: KvAtomic, landed: Landed) {
    this.#atomic = atomic;
    this.#landed = landed;
  }

  check(...checks: KvCheck[]): this {
    for (const { key } of checks) this.#checked.add(idOf(key));
    this.#atomic.check(...checks);
    return this;
  }

  set(key: KvKey, value: Uint8Array): this {
    this.#writes.push({ key, value });
    this.#atomic.set(key, value);
    return this;
  }

  delete(key: KvKey): this {
    this.#writes.push({ key, value: null });
    this.#atomic.delete(key);
    return this;
  }

  async commit(): Promise<KvCommitAnswer> {
    const answer = await this.#atomic.commit();
    if (answer.ok) this.#landed(this.#checked, this.#writes, answer.versionstamp);
    return answer;
  }
}
