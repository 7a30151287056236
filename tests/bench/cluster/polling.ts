import { Child } from "../child.ts";
import type { BenchOptions, Row } from "../figure.ts";
import { type JobBody, storeJobs } from "../jobs.ts";
import { pause, short } from "../statistics.ts";
import { BenchFleet, cpuBetween, type StoreName } from "./bench_fleet.ts";

const IDLE_AGENTS = 1_000;

/** How long an idle agent's poll waits, in milliseconds. */
const WAIT_MS = 5_000;

const TARGET_SHARE = 0.1;

/** Agents whose polls are counted, with how many selectors of waiting runs that none of them can take. */
const SIZES: readonly { agents: number; selectors: number }[] = [
  { agents: 10, selectors: 0 },
  { agents: 100, selectors: 0 },
  { agents: 1_000, selectors: 0 },
  { agents: 100, selectors: 100 },
  { agents: 100, selectors: 1_000 },
];

/** Polls in flight while their cost is measured. */
const IN_FLIGHT = 16;

/** What a thousand agents that wait for work cost. */
export async function* idleAgents(store: StoreName, options: BenchOptions): AsyncIterable<Row> {
  const { servers, members } = await idleShares(store, options);
  const percent = (share: number) => `${short(share * 100)} %`;
  yield {
    work: `${store}: ${IDLE_AGENTS} agents polling idle`,
    target: `<= ${TARGET_SHARE * 100} % of a core`,
    measured: `${percent(servers + members)}: three servers ${percent(servers)}, store ${percent(members)}`,
    ok: servers + members <= TARGET_SHARE,
  };
}

/** What share of a core a thousand idle agents cost three servers and their store. */
export async function idleShares(
  store: StoreName,
  options: BenchOptions,
): Promise<{ servers: number; members: number }> {
  await using fleet = await BenchFleet.start(store, 0, options);
  await using _agents = (await simulate(fleet, IDLE_AGENTS, { waitMs: WAIT_MS, inFlight: 0, urls: fleet.urls })).child;
  await pause(2 * WAIT_MS);
  const windowMs = options.quick ? 10_000 : 30_000;
  const before = await fleet.cpuMs();
  await pause(windowMs);
  const used = cpuBetween(before, await fleet.cpuMs());
  return { servers: used.servers / windowMs, members: used.store / windowMs };
}

/** What a poll costs, with more and more agents, and more and more selectors. */
export async function* pollCost(store: StoreName, options: BenchOptions): AsyncIterable<Row> {
  for (const { agents, selectors } of SIZES) {
    await using fleet = await BenchFleet.start(store, 0, options);
    await leaveWaiting(fleet, selectors);
    const { child, port } = await simulate(fleet, agents, {
      waitMs: 0,
      inFlight: IN_FLIGHT,
      urls: fleet.urls.slice(0, 1),
    });
    await using _agents = child;
    await pause(2_000);
    const windowMs = options.quick ? 3_000 : 8_000;
    const polls = async () => Number(await (await fetch(`http://127.0.0.1:${port}/polls`)).text());
    const before = { cpu: await fleet.cpuMs(), polls: await polls() };
    await pause(windowMs);
    const count = await polls() - before.polls;
    const { servers } = cpuBetween(before.cpu, await fleet.cpuMs());
    yield {
      work: `${store}: a poll, ${agents} agents, ${selectors} selectors that wait`,
      target: "flat",
      measured: `${short(servers / count)} ms of CPU, ${short(count / windowMs * 1_000)} polls/s`,
      ok: true,
    };
  }
}

/** One run of each of so many selectors, which no agent fits. */
async function leaveWaiting(fleet: BenchFleet, selectors: number): Promise<void> {
  const jobs = Array.from({ length: selectors }, (_, i): JobBody => ({
    name: `waits-${i}`,
    schedule: "@manually",
    executor: "shell",
    executor_config: { command: "true" },
    tags: { nobody: String(i) },
    target: "one",
  }));
  await storeJobs(fleet, jobs);
  for (const { name } of jobs) await (await fleet.request(`/v1/jobs/${name}`, { method: "POST" })).body?.cancel();
}

async function simulate(
  fleet: BenchFleet,
  agents: number,
  { waitMs, inFlight, urls }: { waitMs: number; inFlight: number; urls: readonly string[] },
) {
  const args = [...[agents, waitMs, inFlight].map(String), ...urls];
  return await Child.start("cluster/simulated_agents.ts", [], args, await fleet.joinEnv());
}
