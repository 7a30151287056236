import type { AppDeps, Views } from "../../routes/deps.ts";
import {
  type ClusterPause,
  type Execution,
  type ExecutionQuery,
  hasStarted,
  isInScope,
  type JobQuery,
  type Node,
} from "../../src/model/mod.ts";
import { CarillonError, silentLog, systemClock } from "../../src/runtime/mod.ts";
import { FakeJobs } from "./fake_jobs.ts";
import { FakeRuns } from "./fake_runs.ts";

/** Services in memory for tests of the HTTP edge, with what they hold open to look at and to fill. */
export interface FakeDeps extends AppDeps {
  jobs: FakeJobs;
  runs: FakeRuns;
  nodes: { node: Node; state: "alive" | "failed" | "left"; silentMs: number | null }[];
}

/** A node for tests. */
export function fakeNode(name: string): Node {
  return {
    name,
    id: `id-${name}`,
    incarnation: "i1",
    tags: { role: "web" },
    slots: 8,
    executors: ["shell"],
    version: "0.1.0",
    address: "127.0.0.1:8080",
    registeredAt: 0,
    server: true,
    left: false,
    draining: null,
  };
}

/** Services in memory; `changes` replace some of them. */
export function fakeDeps(changes: Partial<AppDeps> = {}): FakeDeps {
  const now = () => Date.now();
  const jobs: FakeJobs = new FakeJobs(now, (name) => runs.executions.delete(name));
  const runs: FakeRuns = new FakeRuns(jobs, now);
  let clusterPause: ClusterPause | null = null;
  const nodes: FakeDeps["nodes"] = [{ node: fakeNode("n1"), state: "alive", silentMs: 0 }];
  return {
    views: fakeViews(jobs, runs),
    outputs: runs,
    agents: {
      register: (request, address) => Promise.resolve({ ...fakeNode(request.name), ...request, address }),
      poll: () => Promise.resolve({ claims: [], cancels: [], followed: [] }),
      report: (request) => Promise.resolve({ done: request.results.map((result) => result.execution) }),
      leave: () => Promise.resolve(),
    },
    cluster: {
      nodeName: "n1",
      version: "0.1.0",
      nodes: () => Promise.resolve(nodes),
      drain: (name, draining) => {
        const member = nodes.find(({ node }) => node.name === name);
        if (!member) return Promise.reject(new CarillonError("not_found", `Cannot find node "${name}"`));
        member.node.draining = draining ? "operator" : null;
        return Promise.resolve(member);
      },
      declareDead: (name) => Promise.reject(new CarillonError("not_found", `Cannot find node "${name}"`)),
      leader: () => Promise.resolve("n1"),
      pause(how, { by }) {
        clusterPause = { ...how, by, from: clusterPause?.from ?? now() };
        return Promise.resolve(clusterPause);
      },
      unpause() {
        clusterPause = null;
        return Promise.resolve();
      },
      paused: () => Promise.resolve(clusterPause),
      leave: () => Promise.resolve(),
      ready: () => Promise.resolve(),
    },
    tokens: {
      create: ({ name }) => Promise.resolve(`api ${name}`),
      createJoin: () => Promise.resolve("join"),
      createForNode: ({ name }) => Promise.resolve(`node ${name}`),
      renewed: () => Promise.resolve(null),
      all: () => Promise.resolve([]),
      revoke: (id) => Promise.reject(new CarillonError("not_found", `Cannot find token "${id}"`)),
      holder: () => Promise.reject(new CarillonError("unauthorized", "Cannot answer: no token")),
      watch: () => ({ [Symbol.dispose]() {} }),
    },
    sessions: {
      holder: () => Promise.reject(new CarillonError("unauthorized", "Cannot answer: nobody is signed in")),
      end: () => Promise.resolve(),
      watch: () => ({ [Symbol.dispose]() {} }),
    },
    signIn: {
      withToken: () => Promise.reject(new CarillonError("unauthorized", "Cannot sign in")),
      beginOidc: () => Promise.reject(new CarillonError("not_found", "Cannot sign in")),
      withOidc: () => Promise.reject(new CarillonError("not_found", "Cannot sign in")),
      withPassword: () => Promise.reject(new CarillonError("unauthorized", "Cannot sign in")),
    },
    users: {
      all: () => Promise.resolve([]),
      put: (_, { role, scope }) => Promise.resolve({ role, scope, password: "", createdAt: now(), updatedAt: now() }),
      remove: (name) => Promise.reject(new CarillonError("not_found", `Cannot find user "${name}"`)),
    },
    oidc: null,
    limits: { admit() {}, openStream: () => ({ [Symbol.dispose]() {} }) },
    publicUrl: null,
    asksCertificates: false,
    secrets: {
      all: () => Promise.resolve([]),
      put: (name, { jobs = [], selectors = [] }, { by }) =>
        Promise.resolve({ name, jobs, selectors, keyId: "k1", readable: true, updatedAt: now(), updatedBy: by }),
      remove: (name) => Promise.reject(new CarillonError("not_found", `Cannot find secret "${name}"`)),
      rotate: () => Promise.resolve({ rotated: [], unreadable: [] }),
      missingIn: () => Promise.resolve([]),
    },
    audit: { list: () => Promise.resolve([]) },
    metrics: { text: () => Promise.resolve("") },
    events: { async *follow() {} },
    plans: { of: () => Promise.resolve({ hours: [], items: [], isCut: false }) },
    queue: { of: () => Promise.resolve({ waiting: [], isCut: false }) },
    timelines: { of: (name) => Promise.resolve(jobs.view(name) && { entries: [], isCut: false }) },
    asksTokens: false,
    log: silentLog,
    now,
    sleep: systemClock.sleep,
    defaultTimezone: "UTC",
    executorIssues,
    loopbackOnly: true,
    ...changes,
    jobs,
    runs,
    nodes,
  };
}

/** Knows `shell` alone, and of its options `timeout`. */
function executorIssues(executor: string, config: Readonly<Record<string, unknown>>) {
  if (executor !== "shell") return null;
  const { timeout } = config;
  const bad = typeof timeout === "string" && !/^(\d+(ms|s|m|h))+$/.test(timeout);
  return bad ? [{ path: "timeout", message: `"${timeout}" is no duration` }] : [];
}

function fakeViews(jobs: FakeJobs, runs: FakeRuns): Views {
  const executionsOf = (name: string) => runs.executions.get(name) ?? [];
  return {
    job: (name) => Promise.resolve(jobs.view(name)),
    jobs: (query) => Promise.resolve(listJobs(jobs, query)),
    executions: (name, query) => Promise.resolve(jobs.view(name) && listExecutions(executionsOf(name), query)),
    execution: (name, id) => Promise.resolve(executionsOf(name).find((execution) => execution.id === id) ?? null),
    busy: () =>
      Promise.resolve([...runs.executions.values()].flat().filter((execution) => execution.state === "running")),
    revisions: (name) => Promise.resolve(jobs.view(name) && []),
    gaps: (name) => Promise.resolve(jobs.view(name) && []),
    days: (days) =>
      Promise.resolve(Array.from({ length: days }, (_, i) => ({
        day: new Date(Date.now() - (days - 1 - i) * 864e5).toISOString().slice(0, 10),
        success: 0,
        failed: 0,
      }))),
  };
}

function listJobs(jobs: FakeJobs, query: JobQuery) {
  const views = [...jobs.byName.keys()].sort().flatMap((name) => jobs.view(name) ?? []).filter(({ job, stat }) => {
    const { definition } = job;
    const status = query.status === "untriggered" ? "" : query.status;
    return isInScope(query.scope, definition) && (query.disabled === null || definition.disabled === query.disabled) &&
      (status === null || stat.status === status) &&
      (definition.name.includes(query.text) || definition.displayName.includes(query.text)) &&
      Object.entries(query.metadata).every(([key, value]) => definition.metadata?.[key] === value);
  });
  if (query.descending) views.reverse();
  return { views: views.slice(query.start, query.end ?? undefined), total: views.length };
}

function listExecutions(all: readonly Execution[], query: ExecutionQuery) {
  const { states } = query;
  const executions = all.filter((execution) => states ? states.includes(execution.state) : hasStarted(execution));
  if (query.descending) executions.reverse();
  return { executions: executions.slice(query.start, query.end ?? undefined), total: executions.length };
}
