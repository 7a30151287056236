import type { JoinToken, Token } from "../model/mod.ts";
import { CarillonError } from "../runtime/mod.ts";
import type { Caller } from "./caller.ts";

/** Who calls the API with a token. Throws `forbidden` for the token of a node, and for one to join with. */
export function callerOf(holder: Token): Caller {
  switch (holder.kind) {
    case "api":
      return { name: holder.name, role: holder.role, scope: holder.scope };
    case "join":
      throw new CarillonError("forbidden", "Cannot answer: this token lets nodes join, and nothing else");
    case "node":
      throw new CarillonError(
        "forbidden",
        `Cannot answer: this is node "${holder.node}"'s own token, for its agent alone`,
      );
    default:
      return holder satisfies never;
  }
}

/** Throws `forbidden` unless the holder of a token may register this node: with a join token, or its own for what it was. */
export function admitNode(holder: Token, node: { name: string; id: string; tags: Record<string, string> }): void {
  if (holder.kind === "join") return admitWithJoin(holder, node);
  admitCall(holder, node.name);
  if (holder.kind !== "node") return;
  if (holder.nodeId !== node.id) throw refused(node.name, "its token is of another node of that name");
  if (!isSameMap(holder.tags, node.tags)) throw refused(node.name, "its tags have changed, which takes a join token");
}

/** Throws `forbidden` unless the holder of a token may speak as this node. */
export function admitCall(holder: Token, node: string): void {
  if (holder.kind === "api") throw refused(node, "its token is for the API; a node joins with a join token");
  if (holder.kind === "join") throw refused(node, "after joining, a node speaks with its own token");
  if (holder.node !== node) throw refused(node, `its token is of node "${holder.node}"`);
}

function admitWithJoin(
  { tags: allowed, once, usedBy }: JoinToken,
  { name, id, tags }: { name: string; id: string; tags: Record<string, string> },
): void {
  if (once && usedBy !== null && usedBy !== id) {
    throw refused(name, "its join token was for one node, which has joined");
  }
  if (allowed === null) return;
  const beyond = Object.entries(tags).find(([key, value]) => allowed[key] !== value && allowed[key] !== "*");
  if (beyond === undefined) return;
  const known = Object.entries(allowed).map(([key, value]) => `${key}=${value}`).join(", ") || "none";
  throw refused(name, `its join token does not let it claim the tag "${beyond.join("=")}", only ${known}`);
}

function refused(node: string, reason: string): CarillonError {
  return new CarillonError("forbidden", `Cannot serve node "${node}": ${reason}`);
}

function isSameMap(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => a[key] === b[key]);
}
