import type { Liveness } from "../claim/mod.ts";
import type { Tokens } from "../auth/mod.ts";
import { DeletedJobs, GoneNodes, type HouseDeps, Housekeeping } from "../keep/mod.ts";
import type { Catalogue, FenceNow, HeldJobs, OpenExecutions } from "../store/mod.ts";

/** What is known of a job's pause and the cluster's. */
export function pausesOf(fence: FenceNow, held: HeldJobs, catalogue: Catalogue) {
  return (uid: string) => ({
    held: fence.isPaused || held.has(uid),
    heldUntil: Math.max(fence.pausedUntil ?? 0, catalogue.byUid(uid)?.unpausedAt ?? 0),
  });
}

/** What keeping house asks of the nodes. */
function nodesOf(liveness: Liveness) {
  return {
    node(name: string) {
      const node = liveness.node(name);
      return node && { node, silentMs: liveness.silentMs(name) };
    },
    look: () => liveness.look(),
  };
}

/** What keeps house, with what it needs beside what is given. */
export function houseOf(
  parts: Omit<HouseDeps, "deletedJobs" | "goneNodes" | "node" | "look"> & { open: OpenExecutions },
  liveness: Liveness,
  tokens: Tokens,
): Housekeeping {
  const deletedJobs = new DeletedJobs(parts);
  const goneNodes = new GoneNodes({ ...parts, liveness, tokens });
  return new Housekeeping({ ...parts, ...nodesOf(liveness), deletedJobs, goneNodes });
}
