import { deepEqual, equal } from "node:assert/strict";
import { NODE_DIES } from "./allowed.ts";
import type { JobHistory, ToldExecution } from "./job_history.ts";
import type { JudgedJob } from "./judged_job.ts";
import { type Evidence, type JobVerdict, judgeJob } from "./judge_job.ts";
import type { ShellTrace } from "./shell_log.ts";

const T0 = Date.UTC(2026, 0, 1);
const SPAN = { startsAt: T0 - 500, expiresAt: T0 + 1_500 };

const JOB: JudgedJob = { name: "a", executor: "shell", retries: 0, gated: false, misfire: "all", body: {} };

function told(second: number, changes: Partial<ToldExecution> = {}): ToldExecution {
  const dueAt = T0 + second * 1_000;
  return {
    id: `x${second}`,
    dueAt,
    attempt: 1,
    state: "success",
    node: "n1",
    reason: null,
    lateState: null,
    startedAt: dueAt + 10,
    finishedAt: dueAt + 200,
    ...changes,
  };
}

function shellRan(...executions: ToldExecution[]): Evidence {
  const shell = new Map<string, ShellTrace>();
  for (const { id, startedAt, finishedAt } of executions) {
    shell.set(id, { begins: [startedAt + 5], ends: [finishedAt - 5] });
  }
  return { shell, arrivals: new Map() };
}

function judge(history: Partial<JobHistory>, evidence: Evidence): JobVerdict {
  return judgeJob({ job: JOB, executions: [], gaps: [], ...history }, evidence, [SPAN], NODE_DIES);
}

function kinds(verdict: JobVerdict): string[] {
  return verdict.findings.map(({ kind }) => kind);
}

Deno.test("judgeJob() finds nothing wrong where each time ran once", () => {
  const executions = [told(0), told(1)];
  const verdict = judge({ executions }, shellRan(...executions));
  deepEqual(verdict, {
    nominals: 2,
    ran: 2,
    lostWithNode: 0,
    refused: 0,
    retried: 0,
    starts: [T0, T0 + 1_000].map((dueAt) => ({ dueAt, startedAt: dueAt + 15 })),
    findings: [],
  });
});

Deno.test("judgeJob() finds a time that has neither an execution nor a gap", () => {
  deepEqual(kinds(judge({ executions: [told(0)] }, shellRan(told(0)))), ["lost"]);
});

Deno.test("judgeJob() counts refused times, and finds a gap that miscounts or lies around a run", () => {
  const executions = [told(0)];
  const gap = { from: T0 + 1_000, to: T0 + 1_000, count: 1, reason: "missed" };
  const verdict = judge({ executions, gaps: [gap] }, shellRan(told(0)));
  equal(verdict.refused, 1);
  deepEqual(verdict.findings, []);
  deepEqual(kinds(judge({ executions, gaps: [{ ...gap, count: 2 }] }, shellRan(told(0)))), ["wrong"]);
  deepEqual(kinds(judge({ executions, gaps: [{ ...gap, from: T0, count: 2 }] }, shellRan(told(0)))), [
    "wrong",
    "wrong",
  ]);
});

Deno.test("judgeJob() finds a success that never ran, and one that ran twice", () => {
  const executions = [told(0), told(1)];
  deepEqual(kinds(judge({ executions }, shellRan(told(0)))), ["lost"]);
  const twice: Evidence = shellRan(...executions);
  deepEqual(
    kinds(judge({ executions }, { ...twice, shell: new Map([...twice.shell, ["x1", { begins: [1, 2], ends: [3] }]]) })),
    ["doubled"],
  );
});

Deno.test("judgeJob() finds a second execution of one time, and one of a time that was not due", () => {
  const executions = [told(0), told(1), told(1, { id: "y" })];
  deepEqual(kinds(judge({ executions }, shellRan(...executions))), ["doubled", "doubled"]);
  const stray = [told(0), told(1), told(2)];
  deepEqual(kinds(judge({ executions: stray }, shellRan(...stray))), ["doubled"]);
});

Deno.test("judgeJob() lets a run be lost with its node, and finds one that ran on", () => {
  const lost = told(1, { state: "lost", reason: "its node restarted" });
  const executions = [told(0), lost];
  equal(judge({ executions }, shellRan(told(0))).lostWithNode, 1);
  deepEqual(kinds(judge({ executions }, shellRan(told(0)))), []);
  const ranOn = told(1, { finishedAt: lost.finishedAt + 1_000 });
  deepEqual(kinds(judge({ executions }, shellRan(told(0), ranOn))), ["survivor"]);
});

Deno.test("judgeJob() finds what is still open, and a lost run that was not tried again", () => {
  const running = [told(0), told(1, { state: "running" })];
  deepEqual(kinds(judge({ executions: running }, shellRan(...running))), ["stuck"]);
  const lost = [told(0), told(1, { state: "lost", reason: "its node restarted" })];
  deepEqual(kinds(judge({ executions: lost, job: { ...JOB, retries: 1 } }, shellRan(told(0)))), ["lost"]);
});

Deno.test("judgeJob() finds runs of a gated job beside each other", () => {
  const executions = [told(0, { finishedAt: T0 + 1_500 }), told(1)];
  deepEqual(kinds(judge({ executions, job: { ...JOB, gated: true } }, shellRan(...executions))), ["doubled"]);
});

Deno.test("judgeJob() finds an arrival that no execution explains, and a success of which nothing arrived", () => {
  const job: JudgedJob = { ...JOB, executor: "http" };
  const executions = [told(0), told(1)];
  const evidence = (...seconds: number[]): Evidence => ({
    shell: new Map(),
    arrivals: new Map([["a", seconds.map((second) => T0 + second * 1_000 + 20)]]),
  });
  deepEqual(kinds(judge({ executions, job }, evidence(0, 1))), []);
  deepEqual(kinds(judge({ executions, job }, evidence(0))), ["lost"]);
  deepEqual(kinds(judge({ executions, job }, evidence(0, 1, 1))), ["doubled"]);
});
