import type { Execution, OutputChunk } from "../model/mod.ts";
import type { AgentsDeps } from "./agents_deps.ts";

/** Something a node said that was not its to say. */
export interface Refused {
  execution: string;
  reason: string;
}

type Deps = Pick<AgentsDeps, "assigned" | "open" | "log">;

/** Whether an execution is a node's, or was. */
export function isOf(execution: Execution, node: string): boolean {
  return execution.state !== "queued" && execution.node === node;
}

/** Notes that a node spoke of an execution that is not its own. */
export function refuse({ log }: Pick<Deps, "log">, node: string, execution: string): Refused {
  const reason = `execution "${execution}" is not of node "${node}"`;
  log.warn(`Cannot take a report: ${reason}`, { node, execution });
  return { execution, reason };
}

/**
 * The pieces of output that are a node's to send: of what this server knows it to have, or else of what the store says it
 * has or had.
 */
export async function ownChunks(
  deps: Deps,
  node: string,
  chunks: readonly OutputChunk[],
): Promise<{ own: OutputChunk[]; refused: Refused[] }> {
  const own: OutputChunk[] = [];
  const refused: Refused[] = [];
  for (const [execution, pieces] of Map.groupBy(chunks, (chunk) => chunk.execution)) {
    if (deps.assigned.get(node, execution) !== undefined || await wasGiven(deps, node, pieces)) own.push(...pieces);
    else refused.push(refuse(deps, node, execution));
  }
  return { own, refused };
}

async function wasGiven({ open }: Deps, node: string, [piece]: readonly OutputChunk[]): Promise<boolean> {
  if (piece?.uid === undefined) return false;
  const { value } = await open.find(piece.uid, piece.execution);
  if (value !== null && isOf(value, node)) return true;
  // What is remembered may be from before another server gave it away: a refusal is for ever.
  const now = (await open.findNow(piece.uid, piece.execution)).value;
  return now !== null && isOf(now, node);
}
