import { eachOf } from "../../support/each_of.ts";
import { eventually } from "../../support/eventually.ts";
import { tellingShell } from "../judge/judged_job.ts";
import { AT_ONCE, pause } from "../judge/pace.ts";
import { readEvidence } from "../judge/trace_files.ts";
import { CutOffAgent } from "./cut_off_agent.ts";
import { FaultFleet } from "./fault_fleet.ts";
import type { StoreKind } from "./fleet_store.ts";
import { runsOf, startJob, storeJob } from "./run_story.ts";

/** How long each run sleeps, in seconds: longer than a silent node keeps its runs, and their start takes. */
const SLEEP_S = 100;

/** How long an agent is only cut off, in milliseconds. */
const CUT_MS = 40_000;

/** How long a killed agent stays away when it comes back at once, in milliseconds. */
const AWAY_MS = 3_000;

/** How soon after its start the runs of its former life count as lost, in milliseconds. */
const LOST_WITHIN_MS = 10_000;

/** How long everything together may take, in milliseconds. */
const WITHIN_MS = 300_000;

/** What happened to an agent with many runs, and what became of them. */
export interface CrowdReport {
  what: string;
  /** From its death until the servers said that it can't be reached; null where nobody looked. Milliseconds. */
  unreachableMs: number | null;
  /** From its death until the first and the last of its runs were lost; null where none is. Milliseconds. */
  lostMs: [number, number] | null;
  /** How many runs are in each state, by job. */
  states: Record<string, string>;
  findings: string[];
}

/**
 * Three agents with many runs each, side by side: one is killed and stays dead, one is killed and comes back, one is only cut
 * off and back in time.
 */
export async function playCrowd(store: StoreKind, runs: number, folder: string): Promise<CrowdReport[]> {
  const clocksOffMs = store === "embedded" ? [0] : [0, 0, 0];
  await using fleet = await FaultFleet.open({ store, storeProxied: false, clocksOffMs, agents: 0, folder });
  await using stack = new AsyncDisposableStack();
  const tagged = (name: string) => ({ [name]: "yes" });
  const [dead, back, cut] = ["dead", "back", "cut"].map((name) =>
    stack.use(new CutOffAgent(fleet, name, runs, tagged(name)))
  );
  if (!dead || !back || !cut) throw new Error("Cannot go on without three agents");
  await Promise.all([dead, back, cut].map(({ node }) => node.start()));
  await fleet.untilAlive(3);
  const jobs = [
    { name: "dead-fail", tag: "dead", onLost: "fail", count: runs / 2 },
    { name: "dead-retry", tag: "dead", onLost: "retry", count: runs / 2 },
    { name: "back-fail", tag: "back", onLost: "fail", count: runs / 2 },
    { name: "back-retry", tag: "back", onLost: "retry", count: runs / 2 },
    { name: "cut-fail", tag: "cut", onLost: "fail", count: runs },
  ];
  for (const job of jobs) await storeJob(fleet.url, bodyOf(job, fleet));
  await eachOf(
    jobs.flatMap(({ name, count }) => Array.from({ length: count }, () => name)),
    AT_ONCE,
    (name) => startJob(fleet.url, name),
  );
  await eventually(async () => (await readEvidence(folder)).shell.size === 3 * runs, {
    withinMs: 60_000,
    what: `${3 * runs} runs under way`,
  });
  const spare = fleet.newAgent("spare", fleet.urls, runs, { dead: "yes", back: "yes" });
  stack.defer(() => spare.kill());
  await spare.start();
  return await Promise.all([stayDead(fleet, dead, runs), comeBack(fleet, back, runs), stayCut(fleet, cut, runs)]);
}

function bodyOf(
  { name, tag, onLost }: { name: string; tag: string; onLost: string },
  { traces }: FaultFleet,
): Record<string, unknown> {
  return {
    name,
    schedule: "@manually",
    target: "one",
    tags: { [tag]: "yes" },
    executor: "shell",
    executor_config: tellingShell(`sleep ${SLEEP_S};`, traces),
    on_lost: onLost,
    grace: "1s",
    retention: { count: 2_000 },
    ...(onLost === "retry" ? { retry: { attempts: 1, delay: "1s" } } : {}),
  };
}

async function stayDead(fleet: FaultFleet, agent: CutOffAgent, runs: number): Promise<CrowdReport> {
  const diedAt = performance.now();
  await agent.node.kill();
  const unreachableMs = await untilUnreachable(fleet, "dead", diedAt);
  const lostMs = await untilLost(fleet, ["dead-fail", "dead-retry"], runs, diedAt);
  const states = await endOf(fleet, ["dead-fail", "dead-retry"]);
  const half = runs / 2;
  return {
    what: `killed with ${runs} runs, stays dead`,
    unreachableMs,
    lostMs,
    states,
    findings: [
      ...(unreachableMs > 20_000 ? ["it counted as alive for more than 20 s"] : []),
      ...differing(states, { "dead-fail": `${half} lost`, "dead-retry": `${half} lost, ${half} success` }),
    ],
  };
}

async function comeBack(fleet: FaultFleet, agent: CutOffAgent, runs: number): Promise<CrowdReport> {
  await agent.node.kill();
  await pause(AWAY_MS);
  const backAt = performance.now();
  await agent.node.start();
  const lostMs = await untilLost(fleet, ["back-fail", "back-retry"], runs, backAt);
  const states = await endOf(fleet, ["back-fail", "back-retry"]);
  const half = runs / 2;
  return {
    what: `killed with ${runs} runs, started again after ${AWAY_MS / 1_000} s (times from its start)`,
    unreachableMs: null,
    lostMs,
    states,
    findings: [
      ...(lostMs[1] > LOST_WITHIN_MS ? ["its runs were not lost at once"] : []),
      ...differing(states, { "back-fail": `${half} lost`, "back-retry": `${half} lost, ${half} success` }),
    ],
  };
}

async function stayCut(fleet: FaultFleet, agent: CutOffAgent, runs: number): Promise<CrowdReport> {
  const cutAt = performance.now();
  agent.cut("silent");
  const unreachableMs = await untilUnreachable(fleet, "cut", cutAt);
  await pause(CUT_MS - (performance.now() - cutAt));
  agent.join();
  const states = await endOf(fleet, ["cut-fail"]);
  return {
    what: `cut off for ${CUT_MS / 1_000} s with ${runs} runs`,
    unreachableMs,
    lostMs: null,
    states,
    findings: differing(states, { "cut-fail": `${runs} success` }),
  };
}

async function untilUnreachable(fleet: FaultFleet, name: string, sinceMs: number): Promise<number> {
  await eventually(async () => {
    const members: { Name: string; statusText: string }[] = await (await fetch(`${fleet.url}/v1/members`)).json();
    if (members.some((member) => member.Name === name && member.statusText === "failed")) return true;
    await pause(100);
  }, { withinMs: WITHIN_MS, what: `${name} unreachable` });
  return performance.now() - sinceMs;
}

async function untilLost(
  fleet: FaultFleet,
  jobs: readonly string[],
  runs: number,
  sinceMs: number,
): Promise<[number, number]> {
  let firstMs: number | null = null;
  await eventually(async () => {
    const all = (await Promise.all(jobs.map((job) => runsOf(fleet.url, job, false)))).flat();
    const lost = all.filter(({ state }) => state === "lost").length;
    if (lost > 0) firstMs ??= performance.now() - sinceMs;
    if (lost >= runs) return true;
    await pause(200);
  }, { withinMs: WITHIN_MS, what: `${runs} runs lost` });
  return [firstMs ?? 0, performance.now() - sinceMs];
}

async function endOf(fleet: FaultFleet, jobs: readonly string[]): Promise<Record<string, string>> {
  const states: Record<string, string> = {};
  await eventually(async () => {
    for (const job of jobs) {
      const counts = Map.groupBy(await runsOf(fleet.url, job, false), ({ state }) => state);
      states[job] = [...counts].map(([state, runs]) => `${runs.length} ${state}`).toSorted(bySecondWord).join(", ");
      if (counts.has("queued") || counts.has("running")) {
        await pause(500);
        return false;
      }
    }
    return true;
  }, { withinMs: WITHIN_MS, what: "the end of all runs" });
  return states;
}

function bySecondWord(a: string, b: string): number {
  const word = (text: string) => text.split(" ")[1] ?? "";
  return word(a) < word(b) ? -1 : 1;
}

function differing(states: Record<string, string>, expected: Record<string, string>): string[] {
  return Object.entries(expected).flatMap(([job, text]) =>
    states[job] === text ? [] : [`${job} has ${states[job]} and not ${text}`]
  );
}

/** Reports as a table. */
export function crowdText(reports: readonly CrowdReport[]): string {
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  return reports.map(({ what, unreachableMs, lostMs, states, findings }) =>
    [
      what,
      ...(unreachableMs === null ? [] : [`  unreachable after ${seconds(unreachableMs)}`]),
      ...(lostMs === null ? [] : [`  lost after ${seconds(lostMs[0])} to ${seconds(lostMs[1])}`]),
      ...Object.entries(states).map(([job, text]) => `  ${job}: ${text}`),
      `  ${findings.length === 0 ? "ok" : findings.join("; ")}`,
    ].join("\n")
  ).join("\n");
}
