import type { Kv, KvAtomic, KvCheck, KvCommitAnswer, KvKey } from "../../../src/kv/mod.ts";
import { isEnded, loneGroup, outcomeOf } from "../../../src/model/mod.ts";
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
  Unmade,
} from "../../../src/model/mod.ts";
import { type Edges, groupTable } from "../../../src/store/mod.ts";

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
  unmade: Unmade;
  held: { from: number };
  running: Execution;
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

/** A group and its executions stand side by side in the store; here an execution of the history is of the kind `past`. */
function recordOf(key: KvKey): KvKey {
  const [head, uid = "", group = "", rest] = key;
  if (head !== "exec") return key;
  return rest === undefined ? ["group", uid, group] : ["past", uid, `${String(group)}${String(rest)}`];
}

/** Kinds of records that say what an execution is. */
const PLACES = ["past", "running", "q"];

function loneOf(execution: Execution | null): string[] {
  return execution === null ? [] : [execution.group];
}

/** The group of a lone execution that is its last attempt so far. */
function lastingGroup(last: Execution): Group {
  const open = loneGroup({ ...last, trigger: last.attempt > 1 ? "schedule" : last.trigger });
  if (!isEnded(last) || last.holdsPlace) return open;
  const tookBack = last.state === "lost" && last.late?.state === "success";
  const state = last.state === "skipped" && last.attempt > 1 ? "failed" : tookBack ? "success" : last.state;
  return {
    ...open,
    targets: open.targets.map((target) => ({ ...target, state })),
    state: "ended",
    outcome: outcomeOf([state]),
  };
}

/** Heads whose values are no JSON. */
const RAW = new Set(["slot", "out", "lease"]);
const decoder = new TextDecoder();

function valueOf(head: string, bytes: Uint8Array): unknown {
  if (head === "group") return groupTable.decode(bytes);
  return RAW.has(head) ? {} : JSON.parse(decoder.decode(bytes));
}

/**
 * The store's contents as plain objects, as of the last commit that landed. Wherever an execution stands (in a queue, under
 * its node, in the history), it is one record of the kind `exec` here; and each lone one has its group.
 */
export class Shadow {
  readonly #heads = new Map<string, Map<string, { key: KvKey; value: unknown }>>();
  /** Where the records of each execution stand, and of which kind they are. */
  readonly #places = new Map<string, Map<string, Execution>>();
  /** Executions of each lone group. */
  readonly #lone = new Map<string, Set<string>>();

  /** Takes over what a commit has written. */
  apply(writes: readonly { key: KvKey; value: Uint8Array | null }[]): Row[] {
    const rows = writes.map(({ key: place, value }) => {
      const key = recordOf(place);
      return this.#set(key, place, value === null ? null : valueOf(String(key[0]), value));
    });
    const moved = rows.filter(({ key }) => PLACES.includes(String(key[0]))) as Row<Execution>[];
    const executions = new Set(moved.map((row) => this.#note(row)));
    const followed = [...executions].map((id) => this.#settle(id));
    const groups = new Set(
      followed.flatMap(({ before, after }) => (before ?? after)?.lone ? loneOf(before ?? after) : []),
    );
    return [...rows, ...followed, ...[...groups].flatMap((group) => this.#settleGroup(group, followed))];
  }

  #set<T>(key: KvKey, place: KvKey, after: T | null): Row<T> {
    const head = String(key[0]);
    const records = this.#heads.get(head) ?? new Map<string, { key: KvKey; value: unknown }>();
    this.#heads.set(head, records);
    const id = idOf(key);
    const before = (records.get(id)?.value ?? null) as T | null;
    if (after === null) records.delete(id);
    else records.set(id, { key, value: after });
    return { key, place, id, before, after };
  }

  /** Notes what a place now says of an execution; answers its uid and id. */
  #note({ key, before, after }: Row<Execution>): string {
    const { uid, id } = (after ?? before) as Execution;
    const name = `${uid}/${id}`;
    const places = this.#places.get(name) ?? new Map<string, Execution>();
    this.#places.set(name, places);
    if (after === null) places.delete(String(key[0]));
    else places.set(String(key[0]), after);
    return name;
  }

  /** What all places together say of an execution. */
  #settle(name: string): Row<Execution> {
    const [uid = "", id = ""] = name.split("/");
    const places = this.#places.get(name);
    const now = places?.get("past") ?? places?.get("running") ?? places?.get("q") ?? null;
    if (now === null) this.#places.delete(name);
    const row = this.#set<Execution>(["exec", uid, id], ["exec", uid, id], now);
    if (now?.lone) this.#lone.set(now.group, (this.#lone.get(now.group) ?? new Set()).add(name));
    return row;
  }

  /** The group of a lone execution: open until its last attempt is over, and gone with the first that is forgotten. */
  #settleGroup(id: string, followed: readonly Row<Execution>[]): Row[] {
    const names = [...this.#lone.get(id) ?? []];
    if (names.length === 0) return [];
    const all = names.flatMap((name) => this.get("exec", ...name.split("/")) ?? []).sort((a, b) =>
      a.attempt - b.attempt
    );
    const forgotten = followed.some(({ before, after }) =>
      before?.group === id && after === null && before.state !== "queued"
    );
    const last = all.at(-1);
    if (last !== undefined && !last.lone) {
      this.#lone.delete(id);
      return [];
    }
    const uid = names[0]?.split("/")[0] ?? "";
    const key: KvKey = ["group", uid, id];
    const isOver = last === undefined || isEnded(last) && !last.holdsPlace;
    if (last === undefined || forgotten && isOver) {
      const known = this.#heads.get("group")?.has(idOf(key));
      if (last === undefined) this.#lone.delete(id);
      return known ? [this.#set(key, key, null)] : [];
    }
    const known = this.get("group", uid, id);
    // What is heard after its end changes nothing, and one whose first attempts are forgotten is forgotten.
    const settled = known === null ? last.attempt > 1 : known.state === "ended";
    return settled ? [] : [this.#set(key, key, lastingGroup(last))];
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
export function observed(memory: Kv, landed: Landed): Kv {
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
