import type { Token } from "../model/mod.ts";
import { CarillonError } from "../runtime/mod.ts";

/** Throws `forbidden` unless the holder of a token may use the API. */
export function admitToApi(holder: Token): void {
  if (holder.kind === "join") return;
  throw new CarillonError("forbidden", `Cannot answer: this is node "${holder.node}"'s own token, for its agent alone`);
}

/** Throws `forbidden` unless the holder of a token may register this node: with a join token, or its own for what it was. */
export function admitNode(holder: Token, node: { name: string; id: string; tags: Record<string, string> }): void {
  if (holder.kind === "join") return;
  admitCall(holder, node.name);
  if (holder.nodeId !== node.id) throw refused(node.name, "its token is of another node of that name");
  if (!isSameMap(holder.tags, node.tags)) throw refused(node.name, "its tags have changed, which takes a join token");
}

/** Throws `forbidden` unless the holder of a token may speak as this node. */
export function admitCall(holder: Token, node: string): void {
  if (holder.kind === "join") throw refused(node, "after joining, a node speaks with its own token");
  if (holder.node !== node) throw refused(node, `its token is of node "${holder.node}"`);
}

function refused(node: string, reason: string): CarillonError {
  return new CarillonError("forbidden", `Cannot serve node "${node}": ${reason}`);
}

function isSameMap(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => a[key] === b[key]);
}
