import { judgeWhenQuiet } from "../judge/judge_when_quiet.ts";
import type { JudgedJob } from "../judge/judged_job.ts";
import type { JobVerdict } from "../judge/judge_job.ts";
import { listMarked } from "../judge/marked_processes.ts";
import { pause } from "../judge/pace.ts";
import { expireJobs, leadMs, type Spans, storeJobs, untilBegun, untilOver } from "../judge/stored_jobs.ts";
import { readEvidence } from "../judge/trace_files.ts";
import { eventually } from "../../support/eventually.ts";
import { seededRandom } from "../seeded_random.ts";
import type { Allowed } from "../judge/allowed.ts";
import { FaultFleet } from "./fault_fleet.ts";
import type { Fault, FaultRound } from "./fault.ts";
import type { StoreKind } from "./fleet_store.ts";
import { createFleetJobs } from "./job_set.ts";

/** What one history of a fleet has shown. */
export interface HistoryReport {
  verdicts: JobVerdict[];
  /** Processes found alive that should have been gone, in words. */
  survivors: string[];
  /** When faults were there. Epoch milliseconds. */
  struckAt: number[];
  counts: Record<string, number>;
}

/** A history to be played: faults one after another on one fleet. */
export interface HistoryPlan {
  store: StoreKind;
  faults: readonly Fault[];
  /** The seed of each fault's chances. */
  seedOf: (index: number) => number;
  folder: string;
  /** Jobs of each kind. */
  ofEach: number;
  brief: boolean;
}

const SERVERS = 3, AGENTS = 3;

/** How long processes of jobs may take to be gone at the end, in milliseconds. */
const GONE_WITHIN_MS = 10_000;

/** A new fleet with jobs that are due each second lives through some faults, comes to rest, and is judged. */
export async function playHistory(plan: HistoryPlan): Promise<HistoryReport> {
  const { store, faults } = plan;
  const off = faults.flatMap(({ clocksOffMs }) => clocksOffMs ?? []);
  const right = Array.from({ length: SERVERS }, () => 0);
  await using fleet = await FaultFleet.open({
    store,
    storeProxied: faults.some(({ storeProxied }) => storeProxied ?? false),
    clocksOffMs: store === "embedded" ? [0] : off.length > 0 ? off : right,
    agents: AGENTS,
    folder: plan.folder,
  });
  const allowed = jointly(faults);
  // What arrives at the sink is told apart by its time alone.
  const jobs = createFleetJobs(plan.ofEach, fleet.traces, !allowed.wrongClocks);
  const spans = await storeJobs(fleet.url, jobs, faults.find(({ lengthMs }) => lengthMs)?.lengthMs);
  await untilBegun(spans);
  const { struckAt, counts } = await strike(fleet, plan);
  const ended = await endOf(fleet, jobs, spans);
  const verdicts = await judgeWhenQuiet({
    url: fleet.url,
    jobs,
    spansOf: ({ name }) => ended[name] ? [ended[name]] : [],
    evidence: () => readEvidence(plan.folder),
    allowed,
  });
  return { verdicts, survivors: await survivorsOf(fleet.traces.mark), struckAt, counts };
}

async function strike(fleet: FaultFleet, plan: HistoryPlan): Promise<Pick<HistoryReport, "struckAt" | "counts">> {
  const struckAt: number[] = [];
  const counts: Record<string, number> = {};
  for (const [i, fault] of plan.faults.entries()) {
    const round: FaultRound = {
      random: seededRandom(plan.seedOf(i)),
      brief: plan.brief,
      struck: () => void struckAt.push(Date.now()),
      count: (what) => counts[what] = (counts[what] ?? 0) + 1,
    };
    await fault.play(fleet, round);
    await pause(fault.restMs);
  }
  return { struckAt, counts };
}

/** Lets all jobs expire, unless they do so by themselves; resolves when the last time of the last job has gone by. */
async function endOf(fleet: FaultFleet, jobs: readonly JudgedJob[], spans: Spans): Promise<Spans> {
  const endsItself = Object.values(spans).some(({ expiresAt }) => expiresAt !== null);
  const { url } = await fleet.leader();
  const ended = endsItself ? spans : await expireJobs(url, jobs, spans, await leadMs(url, jobs, spans));
  await untilOver(ended);
  return ended;
}

async function survivorsOf(mark: string): Promise<string[]> {
  const gone = async () => (await listMarked(mark)).length === 0;
  await eventually(gone, { withinMs: GONE_WITHIN_MS }).catch(() => {});
  return (await listMarked(mark)).map(({ pid, execution }) => `process ${pid} of ${execution} lives on after the end`);
}

function jointly(faults: readonly Fault[]): Allowed {
  const any = (of: keyof Allowed) => faults.some(({ allowed }) => allowed[of]);
  return { lost: any("lost"), outlives: any("outlives"), wrongClocks: any("wrongClocks") };
}
