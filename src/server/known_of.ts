import type { Liveness } from "../claim/mod.ts";
import type { Catalogue, FenceNow, HeldJobs } from "../store/mod.ts";

/** What is known of a job's pause and the cluster's. */
export function pausesOf(fence: FenceNow, held: HeldJobs, catalogue: Catalogue) {
  return (uid: string) => ({
    held: fence.isPaused || held.has(uid),
    heldUntil: Math.max(fence.pausedUntil ?? 0, catalogue.byUid(uid)?.unpausedAt ?? 0),
  });
}

/** What keeping house asks of the nodes. */
export function nodesOf(liveness: Liveness) {
  return {
    node(name: string) {
      const node = liveness.node(name);
      return node && { node, silentMs: liveness.silentMs(name) };
    },
    look: () => liveness.look(),
  };
}
