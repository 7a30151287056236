import { type Execution, type Gate, type Group, loneGroup, type Stat } from "../model/mod.ts";
import {
  covered,
  deleteExecution,
  type Entry,
  executionKey,
  gateKey,
  gateTable,
  groupKey,
  groupTable,
  type OpenExecutions,
  putGate,
  putGroup,
  putStat,
  statKey,
  statTable,
  type Store,
  StoreChange,
} from "../store/mod.ts";
import { UnmadeTargets } from "./draft_unmade.ts";
import { writeMove } from "./move.ts";

/** A record being changed: as it was read, and as it will be. */
interface Working<T> {
  entry: Entry<T>;
  value: T | null;
}

/** An execution being changed; a new one was not read. */
interface WorkingExecution {
  entry: Entry<Execution> | null;
  value: Execution | null;
  /** It stands in its group's page of unmade targets, and nothing has become of it yet. */
  isUnmade?: boolean;
}

/**
 * Records of one job while several ends of it are decided one after another; becomes one change in the end. What was read
 * and decided on is checked, written or not.
 */
export class Draft {
  readonly change = new StoreChange();
  readonly #store: Store;
  readonly #open: OpenExecutions;
  readonly #uid: string;
  readonly #executions = new Map<string, WorkingExecution>();
  readonly #groups = new Map<string, Working<Group>>();
  readonly #gates = new Map<string, Working<Gate>>();
  readonly #unmade: UnmadeTargets;
  #stat: Working<Stat> | undefined;

  constructor(store: Store, open: OpenExecutions, uid: string) {
    this.#store = store;
    this.#open = open;
    this.#uid = uid;
    this.#unmade = new UnmadeTargets(store, uid, (group) => this.group(group));
  }

  /** An execution of the job as this draft would leave it. */
  async execution(id: string): Promise<Execution | null> {
    const known = this.#executions.get(id);
    if (known) return known.value;
    const nearby = await this.#open.find(this.#uid, id, { nearby: true });
    const unmade = nearby.value === null ? await this.#unmade.find(id) : null;
    if (unmade !== null && unmade !== "made") {
      this.#executions.set(id, { entry: null, value: unmade, isUnmade: true });
      return unmade;
    }
    const how = { everywhere: unmade === "made" };
    const entry = nearby.value === null ? await this.#open.find(this.#uid, id, how) : nearby;
    this.#executions.set(id, { entry, value: entry.value });
    return entry.value;
  }

  /** A group of the job as this draft would leave it. */
  async group(id: string): Promise<Group | null> {
    const known = this.#groups.get(id);
    if (known) return known.value;
    const entry = await this.#store.get(groupTable, groupKey(this.#uid, id));
    this.#groups.set(id, { entry, value: entry.value });
    return entry.value;
  }

  /** The group of an execution that is not over, or that holds its place. */
  async groupOf(execution: Execution): Promise<Group | null> {
    return execution.lone ? loneGroup(execution) : await this.group(execution.group);
  }

  /** A gate as this draft would leave it. */
  async gate(key: string): Promise<Gate | null> {
    const known = this.#gates.get(key);
    if (known) return known.value;
    const entry = await this.#store.get(gateTable, gateKey(key));
    this.#gates.set(key, { entry, value: entry.value });
    return entry.value;
  }

  /** The job's statistic as this draft would leave it. */
  async stat(): Promise<Stat | null> {
    if (this.#stat) return this.#stat.value;
    const entry = await this.#store.get(statTable, statKey(this.#uid));
    this.#stat = { entry, value: entry.value };
    return entry.value;
  }

  /** Sets an execution that was read here, or makes a new one that what was read of its group covers. */
  setExecution(execution: Execution): void {
    const known = this.#executions.get(execution.id);
    if (known?.isUnmade) this.#unmade.take(execution.id);
    if (known) Object.assign(known, { value: execution, isUnmade: false });
    else this.#executions.set(execution.id, { entry: null, value: execution });
  }

  /** Queues an execution that waited with its group, which was read here and proves the right to it. */
  promote(execution: Execution): void {
    if (!this.#executions.has(execution.id)) {
      deleteExecution(this.change, covered(executionKey(this.#uid, execution.id)));
    }
    this.setExecution(execution);
  }

  /** Takes back an execution that was read here. */
  removeExecution(id: string): void {
    const known = this.#executions.get(id);
    if (known) known.value = null;
  }

  /** Sets a group that was read here; a lone one has no record. */
  setGroup(group: Group): void {
    set(this.#groups, group.id, group);
  }

  /** Sets a gate that was read here. */
  setGate(key: string, gate: Gate): void {
    set(this.#gates, key, gate);
  }

  /** Sets the statistic. */
  setStat(stat: Stat): void {
    if (this.#stat) this.#stat.value = stat;
  }

  /** All that was read and set, as one change. */
  finish(): StoreChange {
    for (const { entry, value, isUnmade } of this.#executions.values()) {
      if (!isUnmade) writeMove(this.change, entry, value);
    }
    this.#unmade.write(this.change);
    for (const { entry, value } of this.#groups.values()) this.#write(entry, value, putGroup);
    for (const { entry, value } of this.#gates.values()) this.#write(entry, value, putGate);
    if (this.#stat) this.#write(this.#stat.entry, this.#stat.value, putStat);
    return this.change;
  }

  #write<T>(
    entry: Entry<T>,
    value: T | null,
    put: (change: StoreChange, entry: Entry<T>, value: T) => void,
  ): void {
    if (value === null || value === entry.value) this.change.check(entry);
    else put(this.change, entry, value);
  }
}

function set<T>(records: Map<string, Working<T>>, id: string, value: T): void {
  const known = records.get(id);
  if (known) known.value = value;
}
