import {
  type Execution,
  fits,
  type GatePlace,
  type QueuedExecution,
  type Selector,
  type Waiting,
  type WaitingQuery,
  type WaitsFor,
} from "../model/mod.ts";
import type { Clock } from "../runtime/mod.ts";
import {
  type Catalogue,
  executionTable,
  type FenceNow,
  gatePrefix,
  gateTable,
  groupPrefix,
  type HeldJobs,
  queuePrefix,
  queueTable,
  selectorKey,
  selectorTable,
  type Store,
} from "../store/mod.ts";
import type { Liveness } from "./liveness.ts";

/** What looking at the queues works with. */
export interface WaitingListDeps {
  store: Store;
  liveness: Liveness;
  catalogue: Catalogue;
  held: HeldJobs;
  fence: FenceNow;
  clock: Clock;
}

/** What waits in the whole cluster, and for what: read from the store, as other servers queue too. */
export class WaitingList {
  readonly #deps: WaitingListDeps;

  constructor(deps: WaitingListDeps) {
    this.#deps = deps;
  }

  /** At most `limit` executions, of one job where it is named, oldest first; `isCut` says that there may be more. */
  async of({ job, limit }: WaitingQuery): Promise<{ waiting: Waiting[]; isCut: boolean }> {
    const isShown = (execution: Execution) => job === null || execution.jobName === job;
    const queued = await this.#queued(limit, isShown);
    const gated = await this.#gated(limit, isShown);
    const all = [...queued, ...gated].sort((a, b) => a.execution.queuedAt - b.execution.queuedAt);
    return { waiting: all.slice(0, limit), isCut: queued.length > limit || gated.length > limit || all.length > limit };
  }

  async #queued(limit: number, isShown: (execution: Execution) => boolean): Promise<Waiting[]> {
    const { store } = this.#deps;
    const selectors = new Map<string, Selector | null>();
    const waiting: Waiting[] = [];
    for await (const { value: execution } of store.scan(queueTable, { prefix: queuePrefix() })) {
      if (!isShown(execution)) continue;
      const { selector: id } = execution;
      const selector = selectors.get(id) ?? (await store.get(selectorTable, selectorKey(id))).value;
      selectors.set(id, selector);
      waiting.push({ execution, waitsFor: this.#reasonOf(execution, selector) });
      if (waiting.length > limit) break;
    }
    return waiting;
  }

  #reasonOf(execution: QueuedExecution, selector: Selector | null): WaitsFor {
    const { fence, held, clock, liveness } = this.#deps;
    if (fence.isPaused) return { kind: "pause", of: "cluster" };
    if (held.has(execution.uid)) return { kind: "pause", of: "job" };
    if (execution.readyAt > clock.now()) return { kind: "time", until: execution.readyAt };
    const wanted = selector ?? { node: null, tags: {} };
    const fitting = liveness.live().filter((node) => node.slots > 0 && fits(wanted, node));
    if (fitting.length === 0) return { kind: "node", selector: wanted };
    return { kind: "slot", nodes: fitting.map(({ name }) => name) };
  }

  /** One execution of each group that waits at a gate. */
  async #gated(limit: number, isShown: (execution: Execution) => boolean): Promise<Waiting[]> {
    const { store, catalogue } = this.#deps;
    const named = (place: GatePlace) => ({ job: catalogue.byUid(place.uid)?.name ?? null, group: place.group });
    const waiting: Waiting[] = [];
    for await (const { value: gate } of store.scan(gateTable, { prefix: gatePrefix() })) {
      for (const { uid, group } of gate.waiting) {
        const [first] = await store.list(executionTable, { prefix: groupPrefix(uid, group) }, { limit: 1 });
        if (first && isShown(first.value)) {
          waiting.push({ execution: first.value, waitsFor: { kind: "gate", holders: gate.holders.map(named) } });
        }
        if (waiting.length > limit) return waiting;
      }
    }
    return waiting;
  }
}
