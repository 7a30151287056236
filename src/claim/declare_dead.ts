import type { Actor, Node } from "../model/mod.ts";
import { CarillonError, invalid } from "../runtime/mod.ts";
import { nodeKey, nodeTable } from "../store/mod.ts";
import type { AgentsDeps } from "./agents_deps.ts";

/**
 * Takes an operator's word that a silent node is dead: whatever it had is over now, so that what waited for that may go on.
 * Answers the node. Throws `not_found`, and `invalid` for one that is alive.
 */
export async function declareDead(
  { store, liveness, assigned, finisher, audit, log }: AgentsDeps,
  name: string,
  actor: Actor,
): Promise<Node> {
  const { value: node } = await store.read(nodeTable, nodeKey(name));
  if (node === null) throw new CarillonError("not_found", `Cannot find node "${name}"`);
  if (liveness.isAlive(node)) {
    throw invalid(`Cannot declare node "${name}" dead: it is alive; drain or stop it instead`);
  }
  await audit.note(actor, { action: "node.declare_dead", target: name });
  await assigned.load(name);
  const reason = `${actor.by} declared its node dead`;
  const executions = [...assigned.all(name), ...assigned.lostOf(node)];
  await Promise.all(
    executions.map(({ uid, id }) => finisher.submit(uid, { kind: "lost", execution: id, reason, over: true })),
  );
  log.info("Node was declared dead", { node: name, runs: executions.length });
  return node;
}
