import { type AssignedExecution, type Execution, isAssigned, isEnded, type Node } from "../model/mod.ts";
import { executionKey, executionTable, runningPrefix, runningTable, type Store, writesOf } from "../store/mod.ts";

/** What each node has now, as far as this server knows: own writes at once, the rest by `load`. */
export class AssignedIndex {
  readonly #store: Store;
  readonly #byNode = new Map<string, Map<string, AssignedExecution>>();
  /** Lost runs that hold their place, by node: job and incarnation of each. */
  readonly #lost = new Map<string, Map<string, { uid: string; incarnation: string }>>();
  #onCancel: (node: string) => void = () => {};

  constructor(store: Store) {
    this.#store = store;
    store.onApplied((change) => {
      for (const { key, value } of writesOf(change, executionTable)) {
        if (value !== null && isAssigned(value)) this.#add(value);
        else this.#remove(`${key[2]}${key[3]}`, value !== null && "node" in value ? value.node : null);
        if (value !== null) this.#noteLost(value);
      }
    });
  }

  /** Calls `wake` with the node whenever one of its executions is asked to end. */
  onCancel(wake: (node: string) => void): void {
    this.#onCancel = wake;
  }

  /** Reads what the store says a node has, in any incarnation; what every node has when none is named. */
  async load(...node: string[]): Promise<void> {
    for await (const { key, value } of this.#store.scan(runningTable, { prefix: runningPrefix(...node) })) {
      const execution = await this.#store.get(executionTable, executionKey(value.uid, String(key[3])));
      if (execution.value === null) continue;
      if (isAssigned(execution.value)) this.#add(execution.value);
      this.#noteLost(execution.value);
    }
  }

  /** What this incarnation of a node has. */
  of(node: Node): AssignedExecution[] {
    return this.all(node.name).filter((execution) => execution.incarnation === node.incarnation);
  }

  /** What a node has, in any incarnation. */
  all(node: string): AssignedExecution[] {
    return [...this.#byNode.get(node)?.values() ?? []];
  }

  /** One execution of a node. */
  get(node: string, execution: string): AssignedExecution | undefined {
    return this.#byNode.get(node)?.get(execution);
  }

  /** Whether a node has, in any incarnation, a run that is not known to be over. */
  mayRun(node: string): boolean {
    return this.all(node).length > 0 || (this.#lost.get(node)?.size ?? 0) > 0;
  }

  /** Runs of this incarnation that were called lost and hold their place until they are known to be over. */
  lostOf(node: Node): { uid: string; id: string }[] {
    return [...this.#lost.get(node.name) ?? []].flatMap(([id, { uid, incarnation }]) =>
      incarnation === node.incarnation ? [{ uid, id }] : []
    );
  }

  #noteLost(execution: Execution): void {
    if (!isEnded(execution) || execution.node === null || execution.incarnation === null) return;
    const { id, uid, node, incarnation, holdsPlace } = execution;
    const lost = this.#lost.get(node) ?? new Map<string, { uid: string; incarnation: string }>();
    if (holdsPlace) this.#lost.set(node, lost.set(id, { uid, incarnation }));
    else lost.delete(id);
  }

  #add(execution: AssignedExecution): void {
    const node = this.#byNode.get(execution.node) ?? new Map<string, AssignedExecution>();
    this.#byNode.set(execution.node, node);
    const before = node.get(execution.id);
    node.set(execution.id, execution);
    if (execution.cancel !== null && (before?.cancel ?? null) === null) this.#onCancel(execution.node);
  }

  #remove(id: string, node: string | null): void {
    if (node !== null) this.#byNode.get(node)?.delete(id);
    else for (const executions of this.#byNode.values()) executions.delete(id);
  }
}
