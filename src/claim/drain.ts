import type { Node, Returned } from "../model/mod.ts";
import { CarillonError, messageOf } from "../runtime/mod.ts";
import { nodeKey, nodeTable, putNode, type Store, StoreChange } from "../store/mod.ts";
import type { AgentsDeps } from "./agents_deps.ts";

/** Stores whether a node takes work; `to` is asked again when another server was faster. Throws `not_found`. */
export async function changeDraining(
  store: Store,
  name: string,
  to: (node: Node) => Node["draining"],
): Promise<Node> {
  while (true) {
    const entry = await store.read(nodeTable, nodeKey(name));
    if (entry.value === null) throw new CarillonError("not_found", `Cannot find node "${name}"`);
    const node: Node = { ...entry.value, draining: to(entry.value) };
    if (node.draining === entry.value.draining) return node;
    const change = new StoreChange();
    putNode(change, entry, node);
    if ((await store.commit(change)).outcome === "applied") return node;
  }
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
