import { eventually } from "../../support/eventually.ts";
import { tellingShell } from "../judge/judged_job.ts";
import { pause } from "../judge/pace.ts";
import { readEvidence } from "../judge/trace_files.ts";
import { CutOffAgent } from "./cut_off_agent.ts";
import type { Cut } from "./cut_proxy.ts";
import { FaultFleet } from "./fault_fleet.ts";
import type { StoreKind } from "./fleet_store.ts";
import { runsWhenOver, startJob, storeJob, type ToldRun } from "./run_story.ts";

const HOWS: readonly Cut[] = ["silent", "refused"];
const ON_LOST = ["fail", "retry", "wait"] as const;

/** After so much silence a run counts as lost, in milliseconds: what a job has that says nothing else. */
const LOST_AFTER_MS = 60_000;

/** What a run may take to come to its end after the cut, in milliseconds. */
const END_WITHIN_MS = 60_000;

const SLOTS = 50;

/** A run that is under way when its agent is cut off. */
interface CutRun {
  name: string;
  cutMs: number;
  how: Cut;
  onLost: typeof ON_LOST[number];
  /** It prints a line each second. */
  lines: number;
}

/** What became of one run. */
export interface CutVerdict {
  cutMs: number;
  how: Cut;
  onLost: string;
  /** Whether it ended while its agent was cut off. */
  endedAlone: boolean;
  states: string[];
  findings: string[];
}

/**
 * Agents are cut off for some lengths of time, side by side, in both ways that a network can fail, while runs of each
 * `on_lost` are under way: some end meanwhile and some afterwards. Then output and results must be there, once.
 */
export async function playCuts(store: StoreKind, cutsMs: readonly number[], folder: string): Promise<CutVerdict[]> {
  const clocksOffMs = store === "embedded" ? [0] : [0, 0, 0];
  await using fleet = await FaultFleet.open({ store, storeProxied: false, clocksOffMs, agents: 0, folder });
  await using stack = new AsyncDisposableStack();
  const pairs = cutsMs.flatMap((cutMs) => HOWS.map((how) => ({ cutMs, how, tag: `${how}-${cutMs}` })));
  const agents = pairs.map(({ tag }) => stack.use(new CutOffAgent(fleet, tag, SLOTS, { [tag]: "yes" })));
  await Promise.all(agents.map(({ node }) => node.start()));
  await fleet.untilAlive(agents.length);
  const runs = pairs.flatMap(runsOfPair);
  for (const run of runs) {
    await storeJob(fleet.url, bodyOf(run, fleet));
    await startJob(fleet.url, run.name);
  }
  await eventually(async () => (await readEvidence(folder)).shell.size === runs.length, {
    withinMs: 30_000,
    what: "all runs under way",
  });
  // Where a run that is lost may be tried again.
  const spare = fleet.newAgent("spare", fleet.urls, SLOTS, Object.fromEntries(pairs.map(({ tag }) => [tag, "yes"])));
  stack.defer(() => spare.kill());
  await spare.start();
  await Promise.all(pairs.map(async ({ cutMs, how }, i) => {
    agents[i]?.cut(how);
    await pause(cutMs);
    agents[i]?.join();
  }));
  const told = await Promise.all(runs.map(async (run) => ({ run, executions: await endOf(fleet.url, run) })));
  const { shell } = await readEvidence(folder);
  const begins = (id: string) => shell.get(id)?.begins.length ?? 0;
  return told.map(({ run, executions }) => judge(run, executions, begins));
}

function runsOfPair({ cutMs, how, tag }: { cutMs: number; how: Cut; tag: string }): CutRun[] {
  const seconds = Math.ceil(cutMs / 1_000);
  return ON_LOST.flatMap((onLost) => [
    { name: `${tag}-${onLost}-inside`, cutMs, how, onLost, lines: Math.max(3, Math.floor(seconds / 2)) },
    { name: `${tag}-${onLost}-beyond`, cutMs, how, onLost, lines: seconds + 10 },
  ]);
}

function bodyOf({ name, onLost, lines, cutMs, how }: CutRun, { traces }: FaultFleet): Record<string, unknown> {
  const say = `i=0; while [ $i -lt ${lines} ]; do echo "line $i"; i=$((i+1)); sleep 1; done;`;
  return {
    name,
    schedule: "@manually",
    target: "one",
    tags: { [`${how}-${cutMs}`]: "yes" },
    executor: "shell",
    executor_config: tellingShell(say, traces),
    on_lost: onLost,
    grace: "1s",
    ...(onLost === "retry" ? { retry: { attempts: 1, delay: "1s" } } : {}),
  };
}

/** Its runs when each is over, what is late too. */
function endOf(url: string, run: CutRun): Promise<ToldRun[]> {
  const withinMs = END_WITHIN_MS + run.lines * 1_000;
  return runsWhenOver(url, run.name, withinMs, (runs) => {
    const [first] = runs;
    return first !== undefined && (first.state !== "lost" || first.late_result !== null);
  });
}

function judge(run: CutRun, executions: readonly ToldRun[], begins: (id: string) => number): CutVerdict {
  const { cutMs, how, onLost, lines } = run;
  const findings: string[] = [];
  const states = executions.map(({ state, late_result: late }) => late ? `${state} (late ${late.state})` : state);
  const isLost = cutMs > LOST_AFTER_MS;
  const expected = !isLost ? ["success"] : onLost === "retry" ? [/^lost \(late /, "success"] : ["lost (late success)"];
  const fits = states.length === expected.length &&
    expected.every((one, i) => typeof one === "string" ? states[i] === one : one.test(states[i] ?? ""));
  if (!fits) findings.push(`its runs are ${states.join(", ")}`);
  for (const { id } of executions) if (begins(id) !== 1) findings.push(`${id} began ${begins(id)} times`);
  const whole = Array.from({ length: lines }, (_, i) => `line ${i}\n`).join("");
  const { output = "" } = executions.at(-1) ?? {};
  if (output !== whole) findings.push(`its output is ${JSON.stringify(output.slice(0, 200))}, ${output.length} long`);
  return { cutMs, how, onLost, endedAlone: lines * 1_000 < cutMs, states, findings };
}

/** Verdicts as a table. */
export function cutsText(verdicts: readonly CutVerdict[]): string {
  return verdicts.map(({ cutMs, how, onLost, endedAlone, states, findings }) => {
    const ended = endedAlone ? "ended meanwhile" : "ended after it";
    const found = findings.length === 0 ? "ok" : findings.join("; ");
    const cut = `cut ${cutMs / 1_000} s (${how})`;
    return `${cut.padEnd(20)} ${onLost.padEnd(6)} ${ended.padEnd(16)} ${states.join(", ").padEnd(32)} ${found}`;
  }).join("\n");
}
