import { type Node, UNREACHABLE_AFTER_MS } from "../model/mod.ts";
import type { Clock } from "../runtime/mod.ts";
import { Meanwhile, nodeKey, nodePrefix, nodeTable, type Store, writesOf } from "../store/mod.ts";

/** This server itself stood still when it has not looked for so long, in milliseconds: nobody can have been heard then. */
const OWN_PAUSE_MS = UNREACHABLE_AFTER_MS / 3;

/** Which nodes there are, and how long each has been silent by this server's own monotonic clock. */
export class Liveness {
  readonly #clock: Clock;
  readonly #nodes = new Map<string, Node>();
  /** Monotonic time of the last word of each node; of this server's first knowledge of it until then. */
  readonly #heardAt = new Map<string, number>();
  readonly #heard = new Set<string>();
  /** When each node was last heard at another server, as this one was told; monotonic milliseconds. */
  readonly #elsewhereAt = new Map<string, number>();
  /** Nodes that this server itself has heard: a number that rises, and when. */
  readonly #heardHere = new Map<string, { times: number; atMs: number }>();
  readonly #forgetters: ((name: string) => void)[] = [];
  readonly #meanwhile = new Meanwhile();
  #lookedAt: number;

  constructor(store: Store, clock: Clock) {
    this.#clock = clock;
    this.#lookedAt = clock.monotonic();
    store.onApplied((change) => {
      for (const { key, value } of writesOf(change, nodeTable)) {
        this.#meanwhile.hear(() => this.#set(String(key[1]), value));
      }
    });
  }

  /** Calls `forget` with the name of each node that was forgotten. */
  onForgotten(forget: (name: string) => void): void {
    this.#forgetters.push(forget);
  }

  /** Reads the stored nodes. A node is silent from now on until it is heard; one that is no longer stored is forgotten. */
  async load(store: Store): Promise<void> {
    await this.#meanwhile.during(async () => {
      const before = new Set(this.#nodes.keys());
      for await (const { key, value } of store.scan(nodeTable, { prefix: nodePrefix() })) {
        before.delete(String(key[1]));
        this.#set(String(key[1]), value);
      }
      // It may have come while the others were read.
      for (const name of before) this.#set(name, (await store.read(nodeTable, nodeKey(name))).value);
    });
  }

  /** A node has just been heard of, by this server or by another. */
  heard(name: string, where: "here" | "elsewhere" = "here"): void {
    const atMs = this.#clock.monotonic();
    this.#heardAt.set(name, atMs);
    this.#heard.add(name);
    if (where === "elsewhere") this.#elsewhereAt.set(name, atMs);
    else this.#heardHere.set(name, { times: (this.#heardHere.get(name)?.times ?? 0) + 1, atMs });
  }

  /** When a node was last heard at another server, by the monotonic clock in milliseconds; -Infinity when never. */
  elsewhereAtMs(name: string): number {
    return this.#elsewhereAt.get(name) ?? -Infinity;
  }

  /** Nodes that this server itself has heard lately, each with a number that rises when it is heard. */
  heardHere(): Record<string, number> {
    const sinceMs = this.#clock.monotonic() - UNREACHABLE_AFTER_MS;
    const here: Record<string, number> = {};
    for (const [name, { times, atMs }] of this.#heardHere) {
      if (atMs >= sinceMs) here[name] = times;
      else this.#heardHere.delete(name);
    }
    return here;
  }

  /** To be called at least once a second: a longer pause of this server's own starts all counts again. */
  look(): void {
    const nowMs = this.#clock.monotonic();
    if (nowMs - this.#lookedAt > OWN_PAUSE_MS) {
      for (const name of this.#heardAt.keys()) {
        this.#heardAt.set(name, nowMs);
      }
    }
    this.#lookedAt = nowMs;
  }

  /** Milliseconds since a node was last heard of, or since this server began to listen. */
  silentMs(name: string): number {
    return this.#clock.monotonic() - (this.#heardAt.get(name) ?? this.#clock.monotonic());
  }

  /** A node by its name. */
  node(name: string): Node | undefined {
    return this.#nodes.get(name);
  }

  /** Every node, with what it is now, and for how many milliseconds nothing was heard of it (null: never heard). */
  all(): { node: Node; state: "alive" | "failed" | "left"; silentMs: number | null }[] {
    return [...this.#nodes.values()].map((node) => this.seen(node));
  }

  /** A node as `all` tells it. */
  seen(node: Node): { node: Node; state: "alive" | "failed" | "left"; silentMs: number | null } {
    return { node, state: this.#stateOf(node), silentMs: this.#heard.has(node.name) ? this.silentMs(node.name) : null };
  }

  /** Nodes that new work may be given to. */
  live(): Node[] {
    return [...this.#nodes.values()].filter((node) => node.draining === null && this.isAlive(node));
  }

  /** Whether a node has been heard of lately and has not left; one that drains is alive too. */
  isAlive(node: Node): boolean {
    return this.#stateOf(node) === "alive";
  }

  #stateOf(node: Node): "alive" | "failed" | "left" {
    if (node.left) return "left";
    return this.#heard.has(node.name) && this.silentMs(node.name) < UNREACHABLE_AFTER_MS ? "alive" : "failed";
  }

  #set(name: string, node: Node | null): void {
    if (node === null) return this.#forget(name);
    this.#nodes.set(name, node);
    if (!this.#heardAt.has(name)) this.#heardAt.set(name, this.#clock.monotonic());
  }

  #forget(name: string): void {
    for (const known of [this.#nodes, this.#heardAt, this.#heard, this.#elsewhereAt, this.#heardHere]) {
      known.delete(name);
    }
    for (const forget of this.#forgetters) forget(name);
  }
}
