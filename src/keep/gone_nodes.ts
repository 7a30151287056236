import type { Node, Selector } from "../model/mod.ts";
import type { Clock, Log } from "../runtime/mod.ts";
import {
  deleteNode,
  type Found,
  nodePrefix,
  nodeTable,
  putNode,
  queuePrefix,
  queueTable,
  runningPrefix,
  selectorKey,
  selectorTable,
  type Store,
  StoreChange,
} from "../store/mod.ts";

/** What forgetting nodes works with. */
export interface GoneNodesDeps {
  store: Store;
  clock: Clock;
  log: Log;
  liveness: {
    /** How long a node has been silent, as far as this server has listened; milliseconds. */
    silentMs(name: string): number;
    /** Whether it was heard of lately. */
    isAlive(node: Node): boolean;
  };
  tokens: {
    /** Adds to a change that a node's own token goes. */
    dropOfNode(change: StoreChange, node: Node): Promise<void>;
  };
}

/** How often to look, in milliseconds. */
const LOOK_EVERY_MS = 60_000;
/** Silent this long, as this server has heard it: that is noted in the node's record. Milliseconds. */
const NOTED_AFTER_MS = 3_600_000;
/** A node is forgotten when nothing was heard of it for so long, in milliseconds. */
const FORGOTTEN_AFTER_MS = 3 * 24 * 3_600_000;

/**
 * Forgets nodes that are gone for good: each start under a new name leaves one. A silence is noted in the node's record, so
 * that it counts on under the next leader. A node that comes back takes the note away before it is given anything:
 *
 *     silent for an hour       -> noted:    claims on the record as it was are refused from now on
 *     polls again              -> the note goes, then claims are possible
 *     noted for three days     -> forgotten, when nothing runs there and nothing waits for it; checked against the record
 *                                 with the note, so that what it took before stands in the store, and more it cannot take
 *
 * What an operator drains is kept: the word given for it has to outlive it.
 */
export class GoneNodes {
  readonly #deps: GoneNodesDeps;
  #lookedAt = -Infinity;

  constructor(deps: GoneNodesDeps) {
    this.#deps = deps;
  }

  /** Looks at all nodes, once a minute however often it is called. */
  async pass(): Promise<void> {
    const { store, clock } = this.#deps;
    if (clock.monotonic() - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = clock.monotonic();
    const gone: Found<Node>[] = [];
    for await (const found of store.scan(nodeTable, { prefix: nodePrefix() })) {
      if (await this.#isGone(found)) gone.push(found);
    }
    if (gone.length === 0) return;
    const awaited = await this.#awaited();
    for (const node of gone) if (!awaited.has(node.value.name)) await this.#forget(node);
  }

  /** Whether a node has been silent long enough; notes that it has begun to be, or is no more. */
  async #isGone(found: Found<Node>): Promise<boolean> {
    const { clock, liveness } = this.#deps;
    const { name, silentSince, draining } = found.value;
    const silentMs = liveness.silentMs(name);
    if (silentSince !== undefined && liveness.isAlive(found.value)) await this.#note(found, undefined);
    if (silentMs < NOTED_AFTER_MS) return false;
    if (silentSince !== undefined) {
      return draining !== "operator" && clock.now() - silentSince >= FORGOTTEN_AFTER_MS;
    }
    await this.#note(found, clock.now() - silentMs);
    return false;
  }

  async #note(found: Found<Node>, silentSince: number | undefined): Promise<void> {
    const change = new StoreChange();
    putNode(change, found, { ...found.value, silentSince });
    // Refused means: it has just come back, or somebody drains it. The next look sees.
    await this.#deps.store.commit(change);
  }

  /** Nodes that something in the queue waits for. */
  async #awaited(): Promise<Set<string>> {
    const { store } = this.#deps;
    const selectors = new Set<string>();
    for await (const { value } of store.scan(queueTable, { prefix: queuePrefix() })) selectors.add(value.selector);
    const names = new Set<string>();
    for (const id of selectors) {
      const selector: Selector | null = (await store.get(selectorTable, selectorKey(id))).value;
      if (selector !== null && selector.node !== null) names.add(selector.node);
    }
    return names;
  }

  async #forget(found: Found<Node>): Promise<void> {
    const { store, log, tokens } = this.#deps;
    const { name, silentSince } = found.value;
    // Also what was lost and holds its place until it is known to be over.
    if ((await store.keys({ prefix: runningPrefix(name) }, { limit: 1 })).length > 0) return;
    const change = new StoreChange();
    deleteNode(change, found);
    await tokens.dropOfNode(change, found.value);
    if ((await store.commit(change)).outcome === "applied") log.info("Node forgotten", { node: name, silentSince });
  }
}
