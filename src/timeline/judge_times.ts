import {
  type Decisive,
  type Execution,
  hasStarted,
  isAssigned,
  isEnded,
  PAUSED_REASON,
  type TimelineEntry,
} from "../model/mod.ts";
import type { Era, Evidence, KnownPause } from "./evidence.ts";

/** How a refusal for want of a place begins. */
const OVERLAP = /^(overlap|gate full|queue full)/;

type Judged = Omit<TimelineEntry, "dueAt">;

/** What became of each of these due times, and why; reads and writes nothing. */
export function judgeTimes(times: readonly { at: number; era: Era }[], evidence: Evidence): TimelineEntry[] {
  const byTime = Map.groupBy(evidence.executions, ({ dueAt }) => dueAt);
  return times.map(({ at, era }) => ({ dueAt: at, ...judge(at, era, byTime.get(at) ?? [], evidence) }));
}

function judge(at: number, era: Era, executions: readonly Execution[], evidence: Evidence): Judged {
  if (executions.length > 0) return ofExecutions(executions);
  const gap = evidence.gaps.find(({ from, to }) => from <= at && at <= to);
  if (gap) return plain("refused", gap.reason, decisiveOf(at, gap.reason, evidence));
  const owed = evidence.owed.find(({ from, to }) => from <= at && at <= to);
  if (owed) {
    const what = {
      skip: "is about to be refused",
      last: "the last of those owed runs",
      all: "runs as soon as there is room",
    };
    return plain("owed", `${owed.reason}; ${what[owed.policy]}`, decisiveOf(at, owed.reason, evidence));
  }
  if (era.definition.disabled) return plain("disabled", "the job is disabled", revisionOf(era));
  return at <= evidence.accountedTo
    ? plain("forgotten", "what became of it is no longer kept", null)
    : ofOpenTime(at, evidence);
}

function ofExecutions(executions: readonly Execution[]): Judged {
  const newest = executions.toSorted((a, b) => b.attempt - a.attempt);
  const told = { executions: newest, decisive: null };
  if (newest.some(isAssigned)) return { fate: "running", reason: null, ...told };
  if (newest.some((each) => !isEnded(each))) return { fate: "waiting", reason: "it waits for its turn", ...told };
  const reason = newest.flatMap((each) => (isEnded(each) && each.reason) || [])[0] ?? null;
  return { fate: newest.some(hasStarted) ? "ran" : "skipped", reason, ...told };
}

/** A time that nothing is known of yet: it lies ahead, or its turn is now. */
function ofOpenTime(at: number, { job, clusterPause, nowMs }: Evidence): Judged {
  if (job.pause !== null) return held("job", job.pause, job.pause.policy);
  const isPaused = clusterPause !== null && (clusterPause.to === null || at < clusterPause.to);
  if (clusterPause !== null && isPaused) return held("cluster", clusterPause, clusterPause.policy);
  return at > nowMs ? plain("will_run", null, null) : plain("due", "a leader is about to start it", null);
}

function held(of: "job" | "cluster", pause: Omit<KnownPause, "of">, policy: "skip" | "last" | "all"): Judged {
  const then = { skip: "it is refused", last: "the last of such times runs", all: "it runs" }[policy];
  const { from, by, note } = pause;
  const what = of === "job" ? "the job" : "the cluster";
  return plain("held", `${what} is paused; afterwards ${then}`, { kind: "pause", of, from, by, note });
}

function plain(fate: Judged["fate"], reason: string | null, decisive: Decisive | null): Judged {
  return { fate, reason, decisive, executions: [] };
}

function revisionOf({ revision }: Era): Decisive {
  return { kind: "revision", revision };
}

/** Whose pause it was, or which execution had the place. */
function decisiveOf(at: number, reason: string, { pauses, executions }: Evidence): Decisive | null {
  if (reason === PAUSED_REASON) {
    const pause = pauses.find(({ from }) => from <= at);
    return pause ? { kind: "pause", of: pause.of, from: pause.from, by: pause.by, note: pause.note } : null;
  }
  if (!OVERLAP.test(reason)) return null;
  const holder = executions.findLast((each) => startOf(each) <= at && at <= endOf(each));
  return holder ? { kind: "execution", id: holder.id } : null;
}

function startOf(execution: Execution): number {
  if (execution.state === "queued") return Infinity;
  return (execution.state === "claimed" ? execution.claimedAt : execution.startedAt) ?? Infinity;
}

function endOf(execution: Execution): number {
  return isEnded(execution) ? execution.finishedAt : Infinity;
}
