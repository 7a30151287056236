import type { Dependency } from "../model/mod.ts";
import { CarillonError } from "../runtime/mod.ts";
import { edgePrefix } from "./keys.ts";
import { Meanwhile } from "./meanwhile.ts";
import type { Store } from "./store.ts";
import { writesOf } from "./store_change.ts";
import { edgeTable } from "./tables.ts";

/** Parents of one job, and how their ends join. */
export interface Edges {
  uid: string;
  parents: Dependency[];
  join: "all" | "any";
}

/** A child of a job, and the end that starts it. */
export interface Child {
  name: string;
  on: Dependency["on"];
}

/** Which jobs start which, in memory; own changes at once. */
export class Graph {
  readonly #edges = new Map<string, Edges>();
  readonly #children = new Map<string, Map<string, Dependency["on"]>>();
  readonly #store: Store;
  readonly #meanwhile = new Meanwhile();

  constructor(store: Store) {
    this.#store = store;
    store.onApplied((change) => {
      for (const { key, value } of writesOf(change, edgeTable)) {
        this.#meanwhile.hear(() => this.#set(String(key[2]), value));
      }
    });
  }

  /** Reads all edges; the store's other records need not be loaded for it. */
  async load(): Promise<void> {
    await this.#meanwhile.during(async () => {
      const gone = new Set(this.#edges.keys());
      for await (const { key, value } of this.#store.scan(edgeTable, { prefix: edgePrefix() })) {
        gone.delete(String(key[2]));
        this.#set(String(key[2]), value);
      }
      for (const child of gone) this.#set(child, null);
    });
  }

  /** Children of a job, by name. */
  children(parent: string): Child[] {
    return [...this.#children.get(parent) ?? []].map(([name, on]) => ({ name, on })).sort((a, b) =>
      a.name < b.name ? -1 : 1
    );
  }

  /** Parents of a job; undefined when it has none. */
  edges(child: string): Edges | undefined {
    return this.#edges.get(child);
  }

  #set(child: string, edges: Edges | null): void {
    for (const parent of this.#edges.get(child)?.parents ?? []) this.#children.get(parent.job)?.delete(child);
    if (edges === null) {
      this.#edges.delete(child);
      return;
    }
    this.#edges.set(child, edges);
    for (const parent of edges.parents) {
      const children = this.#children.get(parent.job) ?? new Map();
      children.set(child, parent.on);
      this.#children.set(parent.job, children);
    }
  }
}

/** Refuses edges that would close a circle, naming the path. `edgesOf` answers the parents of any other job. */
export function refuseCycle(
  child: string,
  parents: readonly Dependency[],
  edgesOf: (job: string) => readonly Dependency[],
): void {
  const reachedFrom = new Map<string, string>();
  const ancestors: string[] = [];
  const reach = (from: string, edges: readonly Dependency[]) => {
    for (const { job } of edges.filter((edge) => !reachedFrom.has(edge.job))) {
      reachedFrom.set(job, from);
      ancestors.push(job);
    }
  };
  reach(child, parents);
  // Grows while it is walked: no recursion, as a chain may be longer than the stack.
  for (const job of ancestors) {
    if (job === child) throw circleOf(child, reachedFrom);
    reach(job, edgesOf(job));
  }
}

function circleOf(child: string, reachedFrom: ReadonlyMap<string, string>): CarillonError {
  const path = [child];
  for (let job = reachedFrom.get(child); job !== undefined && job !== child; job = reachedFrom.get(job)) path.push(job);
  const circle = [...path, child].join(" -> ");
  return new CarillonError("cycle", `Cannot store job "${child}": its parents form a circle ${circle}`, {
    issues: [{ path: "parent_job", message: `forms a circle ${circle}` }],
  });
}
