import type { Liveness, Peers, QueueIndex } from "../claim/mod.ts";
import type { Observed } from "../metrics/mod.ts";
import type { Clock } from "../runtime/mod.ts";
import type { Lease } from "../lease/mod.ts";
import type { Outputs } from "../output/mod.ts";
import type { Catalogue, Store } from "../store/mod.ts";

/** What is looked at. */
interface Looked {
  lease: Lease;
  liveness: Liveness;
  index: QueueIndex;
  catalogue: Catalogue;
  outputs: Outputs;
  store: Store;
}

/** What metrics show of a server as it is now: all of it stands in memory. */
export function observedOf(
  { lease, liveness, index, catalogue, outputs, store }: Looked,
  clock: Clock,
  peers: Peers | undefined,
): Observed {
  const nowMs = clock.now();
  const ready = [...index.entries()].map(({ value }) => nowMs - value.readyAt);
  const nodes = { alive: 0, silent: 0, draining: 0, left: 0 };
  for (const { node, state } of liveness.all()) {
    if (state === "left") nodes.left++;
    else if (state === "failed") nodes.silent++;
    else nodes[node.draining === null ? "alive" : "draining"]++;
  }
  return {
    term: lease.current()?.term ?? null,
    clockOffMs: peers?.clockOffMs ?? 0,
    otherServers: peers?.others().length ?? 0,
    nodes,
    queued: ready.length,
    oldestQueuedMs: ready.reduce((oldest, ms) => Math.max(oldest, ms), 0),
    jobs: catalogue.size,
    followed: outputs.followedHere().length,
    unreadable: store.unreadable,
  };
}
