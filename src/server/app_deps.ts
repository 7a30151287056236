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
  /** How much one caller may ask. */
  limits: AppDeps["limits"];
  /** Whether an agent needs a certificate. */
  asksCertificates: boolean;
  /** Where people reach the pages, as an origin; null: where their requests say. */
  publicUrl: string | null;
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
    ...server.people,
    tokens: server.tokens,
    secrets: server.secrets,
    audit: server.audit,
    timelines: server.timelines,
    events: server.events,
    queue: server.queue,
    plans: server.plans,
    metrics: server.metrics,
    asksTokens,
    asksCertificates: options.asksCertificates,
    limits: options.limits,
    cluster: clusterOf(server, options),
    log,
    now: () => clock.now(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
    defaultTimezone,
    executorIssues,
    loopbackOnly,
    publicUrl: options.publicUrl,
  };
}

function jobChangesOf(server: Server): AppDeps["jobs"] {
  const { jobs, views, store, audit } = server;
  return {
    put: (definition, options, actor) => jobs.put(definition, options, actor),
    toggle: (name, options, actor) => jobs.toggle(name, options, actor),
    pause: (name, pause, actor) => jobs.pause(name, pause, actor),
    unpause: (name, actor) => jobs.unpause(name, actor),
    restore: (definitions, actor) => jobs.restore(definitions, actor),
    refuseNewJobs: (refuse, actor) => jobs.refuseNewJobs(refuse, actor),
    newJobsRefused: () => jobs.newJobsRefused(),
    async remove(name, options, actor) {
      const view = await mustSee(server, name);
      const job = await jobs.remove(name, options, actor);
      return { ...view, job };
    },
    async clearHistory(name, actor) {
      const { job } = await mustSee(server, name);
      await audit.note(actor, { action: "job.clear_history", target: name });
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
      return Promise.resolve([
        ...nodes,
        ...others.map((one) => ({ node: nodeOf(one), state: "alive" as const, silentMs: 0 })),
      ]);
    },
    async drain(name, draining, actor) {
      return liveness.seen(await agents.drain(name, draining, actor));
    },
    async declareDead(name, actor) {
      return liveness.seen(await agents.declareDead(name, actor));
    },
    async leader() {
      if (lease.current() !== null) return nodeName;
      const entry = await store.engine.kv.get(leaseKey());
      return entry.value === null ? null : decodeLease(entry.value).holder.split("/")[0] ?? null;
    },
    pause: (pause, actor) => pauses.pause(pause, actor),
    unpause: (actor) => pauses.unpause(actor),
    paused: () => pauses.current(),
    async leave(actor) {
      await server.audit.note(actor, { action: "node.leave", target: nodeName });
      options.leave();
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
