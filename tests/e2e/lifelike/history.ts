import {
  countGroup,
  emptyStat,
  type EndedExecution,
  executionId,
  type Gap,
  type Job,
  noOutput,
  parentsOf,
  scheduledGroupId,
  type Stat,
} from "../../../src/model/mod.ts";
import { cachedSchedule, newestTimes } from "../../../src/schedule/mod.ts";
import type { Past } from "./jobs.ts";

const DAY_MS = 86_400_000;

/** How far back the past goes. */
export const PAST_MS = 7 * DAY_MS;

/** Runs that a job's history holds at most. */
const RUNS = 700;

/** What a job's runs in the last week left behind, oldest first. */
export interface History {
  executions: EndedExecution[];
  stat: Stat;
  /** Times that were refused. */
  gap: Gap | null;
}

/** The past of a job, as `past` tells of it; `random` gives numbers in [0, 1). */
export function historyOf(job: Job, past: Past, nowMs: number, random: () => number): History {
  const all = timesOf(job, past.refusedLast === undefined ? nowMs - past.tookMs * 1.5 : nowMs);
  const times = all.slice(0, all.length - (past.refusedLast ?? 0));
  const refused = all.slice(times.length);
  const executions = times.map((at, i) => runOf(job, { past, at, fromLast: times.length - 1 - i }, random));
  const stat = executions.reduce(
    (soFar, { state, finishedAt }) => countGroup(soFar, state === "success" ? "success" : "failed", finishedAt),
    emptyStat,
  );
  const [from, to] = [refused[0], refused.at(-1)];
  if (from === undefined || to === undefined) return { executions, stat, gap: null };
  const last = executions.at(-1);
  if (last !== undefined) last.finishedAt = to + 20_000;
  return { executions, stat, gap: { from, to, count: refused.length, reason: "overlap" } };
}

/** When a job was due; one that waits for another follows the hour, one started by hand has been so each day. */
function timesOf({ definition }: Job, untilMs: number): number[] {
  const { schedule, timezone, name } = definition;
  const byHand = schedule === "@manually" || schedule === "";
  const text = parentsOf(definition).length > 0 ? "0 3 * * * *" : byHand ? "0 12 14 * * *" : schedule;
  const parsed = cachedSchedule(text, { timezone: timezone || "UTC", jobName: name });
  return newestTimes(parsed, untilMs - PAST_MS, untilMs, RUNS);
}

function runOf(job: Job, { past, at, fromLast }: { past: Past; at: number; fromLast: number }, random: () => number) {
  const failed = fromLast < (past.failedLast ?? 0) || random() * 1_000 < past.failures;
  const lost = fromLast === 0 && past.lostLast === true;
  const startedAt = at + 4 + Math.floor(random() * 30);
  const tookMs = Math.max(20, past.tookMs * (failed ? 0.2 : 0.7 + 0.5 * random() + (random() < 0.03 ? 1.5 : 0)));
  const isPlanned = job.definition.schedule !== "@manually" && job.definition.schedule !== "";
  const group = scheduledGroupId(job.uid, at);
  const output = new TextEncoder().encode((failed ? past.failure : past.output) + "\n");
  const run: EndedExecution = {
    id: executionId(group, 0, 1),
    uid: job.uid,
    jobName: job.definition.name,
    revision: 1,
    group,
    target: 0,
    attempt: 1,
    trigger: isPlanned ? "schedule" : job.definition.schedule === "" ? "parent" : "manual",
    dueAt: isPlanned ? at : null,
    requestedBy: isPlanned || job.definition.schedule === "" ? null : "ada",
    groupCreatedAt: at,
    queuedAt: at,
    selector: "past",
    lane: 4,
    startDeadlineMs: 3_600_000,
    lone: true,
    state: lost ? "lost" : failed ? "failed" : "success",
    node: past.node,
    incarnation: "past",
    startedAt,
    finishedAt: Math.round(startedAt + tookMs),
    exitCode: lost ? null : failed ? 1 : 0,
    reason: lost ? `nothing was heard of node "${past.node}" for 60 s` : failed ? "exit status 1" : null,
    cancel: null,
    output: lost ? noOutput : { sizeBytes: output.length, truncated: false, inline: output.toBase64() },
    holdsPlace: false,
    late: null,
  };
  return run;
}
