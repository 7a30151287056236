import {
  type EndedExecution,
  gatePolicyOf,
  type Group,
  isWide,
  type Job,
  laneOf,
  type Node,
  noOutput,
  targetsOf,
  type Trigger,
} from "../model/mod.ts";
import {
  covered,
  executionKey,
  gateKey,
  gateTable,
  groupKey,
  putExecution,
  putGroup,
  type Store,
  type StoreChange,
} from "../store/mod.ts";
import { knowSelectors, selectorsOfStart } from "./known_selectors.ts";
import { queuedWithUnmade } from "./unmade.ts";
import { decideStart, MAX_QUEUED, type StartRequest, writeStart } from "./start.ts";

/** A start that no due time asks for: by hand, or for a parent. */
export interface StartNow {
  job: Job;
  groupId: string;
  trigger: Trigger;
  requestedBy: string;
  forced: boolean;
  trace?: string;
}

/** What became of it: the group, and why it was refused when it was. */
export interface StartedNow {
  group: Group;
  refused: { why: "overlap" | "too_large"; reason: string; blockedBy: readonly string[] } | null;
  /** The gate that may have something to settle. */
  gate: string | null;
}

/** What a start is decided with. */
export interface StartNowDeps {
  store: Store;
  liveNodes: readonly Node[];
  index: QueuedRuns;
  nowMs: number;
}

/** Queued runs of a job, as far as this server knows. */
export interface QueuedRuns {
  queuedRuns(uid: string): number;
}

/**
 * Adds a start to a change that proves the right to it. What the gate or a full queue refuses is recorded as a skipped
 * execution, since somebody asked for it.
 */
export async function writeStartNow(
  change: StoreChange,
  start: StartNow,
  deps: StartNowDeps,
): Promise<StartedNow> {
  const { job } = start;
  const policy = gatePolicyOf(job.uid, job.definition);
  const gate = policy === null ? null : await deps.store.get(gateTable, gateKey(policy.key));
  const request: StartRequest = {
    uid: job.uid,
    jobName: job.definition.name,
    revision: job.revision,
    groupId: start.groupId,
    trigger: start.trigger,
    dueAt: null,
    requestedBy: start.requestedBy,
    gate: policy,
    forced: start.forced,
    lane: laneOf(job.definition.priority),
    startDeadlineMs: job.definition.startDeadlineMs,
    selectors: targetsOf(job.definition, deps.liveNodes),
    trace: start.trace,
  };
  if (await queuedWithUnmade(deps.store, request, deps.index.queuedRuns(job.uid)) >= MAX_QUEUED) {
    const group = writeSkipped(change, request, "queue full", deps.nowMs);
    return { group, refused: { why: "overlap", reason: "queue full", blockedBy: [] }, gate: null };
  }
  await knowSelectors(deps.store, selectorsOfStart(request.selectors));
  const decision = decideStart(request, gate?.value ?? null, deps.nowMs);
  if (decision.kind !== "refuse") {
    writeStart(change, decision, gate);
    return { group: decision.group, refused: null, gate: policy?.concurrency === "replace" ? policy.key : null };
  }
  if (gate !== null) change.check(gate);
  const blockedBy = decision.blockedBy.map((place) => place.group);
  const { why, reason } = decision;
  const group = writeSkipped(
    change,
    request,
    blockedBy.length === 0 ? reason : `${reason}: ${blockedBy.join(", ")}`,
    deps.nowMs,
  );
  return { group, refused: { why, reason, blockedBy }, gate: null };
}

/**
 * Records a start that did not happen as a group whose executions are skipped. Of a wide one the first stands for all: that
 * it was refused is one fact, however many nodes it was meant for.
 */
function writeSkipped(change: StoreChange, request: StartRequest, reason: string, nowMs: number): Group {
  const selectors = isWide(request.selectors) ? request.selectors.slice(0, 1) : request.selectors;
  const opened = decideStart({ ...request, selectors, gate: null }, null, nowMs);
  if (opened.kind === "refuse") throw new TypeError("a start without a gate is never refused");
  const targets = opened.group.targets.map((target) => ({ ...target, state: "skipped" as const }));
  const group: Group = { ...opened.group, targets, state: "ended", endedAt: nowMs, outcome: "skipped" };
  putGroup(change, covered(groupKey(group.uid, group.id)), group);
  for (const { readyAt: _at, delayMs: _ms, ...execution } of opened.executions) {
    const skipped: EndedExecution = {
      ...execution,
      state: "skipped",
      node: null,
      incarnation: null,
      startedAt: null,
      finishedAt: nowMs,
      exitCode: null,
      reason,
      cancel: null,
      output: noOutput,
      holdsPlace: false,
      late: null,
    };
    putExecution(change, covered(executionKey(group.uid, execution.id)), skipped);
  }
  return group;
}
