import {
  type EndedExecution,
  type EndedState,
  type Execution,
  executionId,
  type Group,
  identityOf,
  isEnded,
  noOutput,
  outcomeOf,
} from "../model/mod.ts";

/** When the backup was made and when it is restored, epoch milliseconds. */
export interface RestoreMoment {
  backupAt: number;
  nowMs: number;
}

/**
 * An execution as a restore leaves it: what was queued is skipped, and what a node had is lost, as nobody can tell what
 * became of it. Neither is tried again.
 */
export function closedExecution(execution: Execution, { backupAt, nowMs }: RestoreMoment): EndedExecution {
  // Its place went with the store that it was held in.
  if (isEnded(execution)) return { ...execution, holdsPlace: false };
  const when = `the store was restored from a backup of ${new Date(backupAt).toISOString()}`;
  const then = { queued: "had not begun", claimed: "was about to begin", running: "was running" }[execution.state];
  return endedUnseen(execution, `${when}, when it ${then}`, nowMs);
}

/** An execution ended without its node: skipped when it was queued, else lost, as nobody can tell what became of it. */
export function endedUnseen(
  execution: Exclude<Execution, EndedExecution>,
  reason: string,
  nowMs: number,
): EndedExecution {
  const ended = {
    ...identityOf(execution),
    finishedAt: nowMs,
    exitCode: null,
    reason,
    output: noOutput,
    holdsPlace: false,
    late: null,
  };
  if (execution.state === "queued") {
    return { ...ended, state: "skipped", node: null, incarnation: null, startedAt: null, cancel: null };
  }
  const { node, incarnation, cancel } = execution;
  const startedAt = execution.state === "running" ? execution.startedAt : null;
  return { ...ended, state: "lost", node, incarnation, startedAt, cancel };
}

/** What the end of an attempt says of its target: a retry that never began leaves the failure before it. */
export function targetStateOf({ state, attempt }: EndedExecution): EndedState {
  return state === "skipped" && attempt > 1 ? "failed" : state;
}

/**
 * A group as a restore leaves it: over, by what is known of its executions. A target without one may have begun while the
 * backup was made, unless its group waits.
 */
export function closedGroup(group: Group, states: ReadonlyMap<string, EndedState>, { nowMs }: RestoreMoment): Group {
  if (group.state === "ended") return group;
  const targets = group.targets.map((target, at) => ({
    ...target,
    state: target.state === "open"
      ? states.get(executionId(group.id, at, target.attempt)) ?? (group.state === "waiting" ? "skipped" : "lost")
      : target.state,
  }));
  return { ...group, state: "ended", targets, endedAt: nowMs, outcome: outcomeOf(targets.map(({ state }) => state)) };
}
