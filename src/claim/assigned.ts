import { type AssignedExecution, type Execution, holdsPlace, isAssigned, type Node } from "../model/mod.ts";
import { type Found, runningPrefix, runningTable, type Store, writesOf } from "../store/mod.ts";

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
      for (const { key, value } of writesOf(change, runningTable)) this.#note(key, value);
    });
  }

  /** Calls `wake` with the node whenever one of its executions is asked to end. */
  onCancel(wake: (node: string) => void): void {
    this.#onCancel = wake;
  }

  /** Reads what the store says a node has, in any incarnation; what every node has when none is named. */
  async load(...node: string[]): Promise<void> {
    const [name] = node;
    const before = name === undefined ? [] : [this.#byNode.get(name), this.#lost.get(name)];
    const gone = new Set(before.flatMap((known) => [...known?.keys() ?? []]));
    for await (const { key, value } of this.#store.scan(runningTable, { prefix: runningPrefix(...node) })) {
      gone.delete(value.id);
      this.#note(key, value);
    }
    // Where others write too, what was known may have ended.
    if (name === undefined || this.#store.engine.profile.soleWriter) return;
    for (const id of gone) {
      this.#byNode.get(name)?.delete(id);
      this.#lost.get(name)?.delete(id);
    }
  }

  /** A node was forgotten, which had nothing. */
  forgetNode(name: string): void {
    if (this.#byNode.get(name)?.size === 0) this.#byNode.delete(name);
    if (this.#lost.get(name)?.size === 0) this.#lost.delete(name);
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

  /** Takes over what a running mark says: `["running", node, incarnation, execution]`. */
  #note([, name, incarnation, id]: Found<Execution>["key"], execution: Execution | null): void {
    const node = String(name);
    if (execution !== null && isAssigned(execution)) return this.#add(execution);
    this.#byNode.get(node)?.delete(String(id));
    const lost = this.#lost.get(node) ?? new Map<string, { uid: string; incarnation: string }>();
    if (execution === null || !holdsPlace(execution)) lost.delete(String(id));
    else this.#lost.set(node, lost.set(execution.id, { uid: execution.uid, incarnation: String(incarnation) }));
  }

  #add(execution: AssignedExecution): void {
    const node = this.#byNode.get(execution.node) ?? new Map<string, AssignedExecution>();
    this.#byNode.set(execution.node, node);
    const before = node.get(execution.id);
    node.set(execution.id, execution);
    if (execution.cancel !== null && (before?.cancel ?? null) === null) this.#onCancel(execution.node);
  }
}
