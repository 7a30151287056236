import type { AppDeps } from "../../routes/mod.ts";
import { clearHistory, resetStat } from "../keep/mod.ts";
import { decodeLease } from "../lease/mod.ts";
import type { JobView, Node } from "../model/mod.ts";
import { CarillonError, type Clock, type Log } from "../runtime/mod.ts";
import { fenceKey, fenceTable, leaseKey } from "../store/mod.ts";
import type { Server } from "./server.ts";

/** What the HTTP edge of a server needs to know beside the server. */
export interface EdgeOptions {
  nodeName: string;
  version: string;
  clock: Clock;
  log: Log;
  defaultTimezone: string;
  loopbackOnly: boolean;
  asksTokens: boolean;
  executorIssues: AppDeps["executorIssues"];
  /** Begins the end of this process. */
  leave: () => void;
}

/** The services of a server as the HTTP edge takes them. */
export function appDepsOf(server: Server, options: EdgeOptions): AppDeps {
  const { clock, log, defaultTimezone, executorIssues, loopbackOnly, asksTokens } = options;
  return {
    views: server.views,
    jobs: jobChangesOf(server),
    runs: server.runs,
    outputs: server.outputs,
    agents: server.agents,
    tokens: server.tokens,
    asksTokens,
    cluster: clusterOf(server, options),
    log,
    now: () => clock.now(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
    defaultTimezone,
    executorIssues,
    loopbackOnly,
  };
}

function jobChangesOf(server: Server): AppDeps["jobs"] {
  const { jobs, views, store } = server;
  return {
    put: (definition, options) => jobs.put(definition, options),
    toggle: (name, options) => jobs.toggle(name, options),
    pause: (name, pause) => jobs.pause(name, pause),
    unpause: (name) => jobs.unpause(name),
    restore: (definitions) => jobs.restore(definitions),
    refuseNewJobs: (refuse) => jobs.refuseNewJobs(refuse),
    newJobsRefused: () => jobs.newJobsRefused(),
    async remove(name, options) {
      const view = await mustSee(server, name);
      const job = await jobs.remove(name, options);
      return { ...view, job };
    },
    async clearHistory(name) {
      const { job } = await mustSee(server, name);
      await clearHistory(store, job.uid);
      await resetStat(store, job.uid);
      return await views.job(name) ?? await mustSee(server, name);
    },
  };
}

async function mustSee(server: Server, name: string): Promise<JobView> {
  const view = await server.views.job(name);
  if (view !== null) return view;
  throw new CarillonError("not_found", `Cannot find job "${name}"`);
}

function clusterOf(server: Server, options: EdgeOptions): AppDeps["cluster"] {
  const { store, liveness, lease, agents, pauses } = server;
  const { nodeName, version } = options;
  return {
    nodeName,
    version,
    nodes() {
      const nodes = liveness.all();
      const names = new Set(nodes.map(({ node }) => node.name));
      const others = server.servers().filter(({ name }) => !names.has(name));
      return Promise.resolve([...nodes, ...others.map((one) => ({ node: nodeOf(one), state: "alive" as const }))]);
    },
    async drain(name, draining) {
      const node = await agents.drain(name, draining);
      return { node, state: node.left ? "left" : liveness.isAlive(node) ? "alive" : "failed" };
    },
    async leader() {
      if (lease.current() !== null) return nodeName;
      const entry = await store.engine.kv.get(leaseKey());
      return entry.value === null ? null : decodeLease(entry.value).holder.split("/")[0] ?? null;
    },
    pause: (pause) => pauses.pause(pause),
    unpause: () => pauses.unpause(),
    paused: () => pauses.current(),
    leave() {
      options.leave();
      return Promise.resolve();
    },
    async ready() {
      await store.read(fenceTable, fenceKey());
      if (store.engine.profile.soleWriter) await store.engine.kv.get(fenceKey());
    },
  };
}

/** A server that runs no jobs, as a node. */
function nodeOf(server: ReturnType<Server["servers"]>[number]): Node {
  const { incarnation } = server;
  const idle = { tags: {}, slots: 0, executors: [], registeredAt: 0, left: false, draining: null };
  return { ...server, ...idle, id: incarnation, server: true };
}
