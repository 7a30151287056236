import type { AssignedExecution, Node, Returned } from "../model/mod.ts";
import { CarillonError, messageOf } from "../runtime/mod.ts";
import { nodeKey, nodeTable, putNode, type Store, StoreChange } from "../store/mod.ts";
import type { AgentsDeps } from "./agents_deps.ts";

/** Stores whether a node takes work; `to` is asked again when another server was faster, and
 * `also` adds to the change. Throws `not_found`. */
export async function changeDraining(
  store: Store,
  name: string,
  to: (node: Node) => Node["draining"],
  also?: (change: StoreChange) => void,
): Promise<Node> {
  const changed = await changeNode(store, name, (node) => ({ ...node, draining: to(node) }), also);
  if (changed === null) throw new CarillonError("not_found", `Cannot find node "${name}"`);
  return changed;
}

/** Stores that an incarnation is silent no more, unless it is not the current one. */
export async function noteBack(store: Store, name: string, incarnation: string): Promise<void> {
  await changeNode(
    store,
    name,
    (node) => node.incarnation === incarnation ? { ...node, silentSince: undefined } : null,
  );
}

/** Stores that an incarnation has left; false when it is not the current one. */
export async function markLeft(store: Store, name: string, incarnation: string): Promise<boolean> {
  const changed = await changeNode(
    store,
    name,
    (node) =>
      node.incarnation === incarnation
        ? { ...node, left: true, draining: node.draining === "operator" ? "operator" : null }
        : null,
  );
  return changed !== null;
}

/** Applies `change` to a node as it now is; null when there is none, or when `change` says so. */
async function changeNode(
  store: Store,
  name: string,
  change: (node: Node) => Node | null,
  also?: (change: StoreChange) => void,
): Promise<Node | null> {
  while (true) {
    const entry = await store.read(nodeTable, nodeKey(name));
    const node = entry.value && change(entry.value);
    if (node === null) return null;
    const changes = new StoreChange();
    putNode(changes, entry, node);
    also?.(changes);
    if ((await store.commit(changes)).outcome === "applied") return node;
  }
}

/** A claim of which its agent has not said that it began, as it is handed back. */
export function unbegun(execution: AssignedExecution): Returned[] {
  const { id, uid, claimedAt, state } = execution;
  return state === "claimed" ? [{ execution: id, uid, claimedAt }] : [];
}

/** Puts claims that a node hands back into their queues again; answers those that it need not name again. */
export async function takeBack(
  { finisher, log }: Pick<AgentsDeps, "finisher" | "log">,
  node: string,
  returned: readonly Returned[],
): Promise<string[]> {
  const done = await Promise.all(returned.map(async ({ execution, uid, claimedAt }) => {
    try {
      await finisher.submit(uid, { kind: "returned", execution, node, claimedAt });
      return [execution];
    } catch (thrown) {
      log.warn(`Cannot take a claim back: ${messageOf(thrown)}`, { execution });
      return [];
    }
  }));
  return done.flat();
}
