import { fits, type Selector } from "../model/mod.ts";
import type { Liveness } from "./liveness.ts";
import type { Peer, Peers } from "./peers.ts";

/**
 * Which server hands out an execution first, so that two do not refuse each other's commits: one of those that a node which
 * fits asks for work. A hint only: whoever is late or full leaves it to the others.
 */
export class Minder {
  readonly #peers: Pick<Peers, "minds">;
  readonly #liveness: Pick<Liveness, "node">;
  /** What each server's last word says: it is a new object each time. */
  readonly #hears = new WeakMap<Peer, Map<Selector, boolean>>();

  constructor(peers: Pick<Peers, "minds">, liveness: Pick<Liveness, "node">) {
    this.#peers = peers;
    this.#liveness = liveness;
  }

  /** Whether it is this server, of those that hear a node for it; to be asked where this one does. */
  minds(execution: string, selector: Selector): boolean {
    return this.#peers.minds(execution, (peer) => this.#hearsOneFor(peer, selector));
  }

  #hearsOneFor(peer: Peer, selector: Selector): boolean {
    const known = this.#hears.get(peer) ?? new Map<Selector, boolean>();
    this.#hears.set(peer, known);
    const before = known.get(selector);
    if (before !== undefined) return before;
    const hears = peer.nodes.some((name) => {
      const node = this.#liveness.node(name);
      return node !== undefined && fits(selector, node);
    });
    known.set(selector, hears);
    return hears;
  }
}
