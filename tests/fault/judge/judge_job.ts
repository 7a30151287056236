import type { Allowed } from "./allowed.ts";
import type { JobHistory, ToldExecution } from "./job_history.ts";
import { matchReceipts } from "./match_receipts.ts";
import type { ShellTrace } from "./shell_log.ts";
import { nominalsOf, type Span } from "./span.ts";

/** What may be wrong with a history. */
export const FINDING_KINDS = ["lost", "doubled", "stuck", "survivor", "wrong"] as const;

/** Something that is wrong with a history, in words. */
export interface Finding {
  kind: typeof FINDING_KINDS[number];
  text: string;
}

/** When a time was due, and when its run really began. Epoch milliseconds. */
export interface Start {
  dueAt: number;
  startedAt: number;
}

/** What became of a job's times, and what is wrong with that. */
export interface JobVerdict {
  nominals: number;
  /** Times whose last attempt succeeded. */
  ran: number;
  /** Times whose last attempt is lost, and says with which node. */
  lostWithNode: number;
  /** Times that were refused. */
  refused: number;
  /** Attempts beyond the first. */
  retried: number;
  /** First attempts that had to wait for nothing. */
  starts: Start[];
  findings: Finding[];
}

/** What really happened, told by those to whom it happened. */
export interface Evidence {
  shell: ReadonlyMap<string, ShellTrace>;
  /** Arrivals at the sink by job. Epoch milliseconds. */
  arrivals: ReadonlyMap<string, readonly number[]>;
}

/** How far the clocks of a shell's line and of a server's record may differ. Milliseconds. */
const TOLERANCE_MS = 100;

/** Compares what a server tells of a job with what really happened; reads and writes nothing. */
export function judgeJob(
  history: JobHistory,
  evidence: Evidence,
  spans: readonly Span[],
  allowed: Allowed,
): JobVerdict {
  return new JobJudge(history, evidence, allowed).judge(spans.flatMap(nominalsOf));
}

class JobJudge {
  readonly #history: JobHistory;
  readonly #evidence: Evidence;
  readonly #allowed: Allowed;
  readonly #findings: Finding[] = [];
  readonly #starts: Start[] = [];

  constructor(history: JobHistory, evidence: Evidence, allowed: Allowed) {
    this.#history = history;
    this.#evidence = evidence;
    this.#allowed = allowed;
  }

  judge(nominals: readonly number[]): JobVerdict {
    const { executions, gaps } = this.#history;
    const byNominal = Map.groupBy(executions, ({ dueAt }) => dueAt);
    const counts = { ran: 0, lostWithNode: 0, refused: 0 };
    for (const nominal of nominals) {
      const kind = this.#judgeNominal(nominal, byNominal.get(nominal) ?? []);
      if (kind !== null) counts[kind]++;
      byNominal.delete(nominal);
    }
    for (const [dueAt, strays] of byNominal) {
      for (const { id } of strays) this.#find("doubled", `${id} is of ${timeOf(dueAt)}, which was not due`);
    }
    const refused = gaps.reduce((sum, gap) => sum + gap.count, 0);
    if (refused !== counts.refused) {
      this.#find("wrong", `its gaps count ${refused} times, but lie around ${counts.refused}: ${JSON.stringify(gaps)}`);
    }
    for (const execution of executions) this.#judgeExecution(execution);
    if (this.#history.job.executor === "shell") this.#judgeShell();
    else this.#judgeHttp();
    return {
      nominals: nominals.length,
      ...counts,
      retried: executions.filter(({ attempt }) => attempt > 1).length,
      starts: this.#starts,
      findings: this.#findings,
    };
  }

  #find(kind: Finding["kind"], what: string): void {
    this.#findings.push({ kind, text: `${this.#history.job.name}: ${what}` });
  }

  #judgeNominal(nominal: number, executions: readonly ToldExecution[]): "ran" | "lostWithNode" | "refused" | null {
    const at = timeOf(nominal);
    const gaps = this.#history.gaps.filter(({ from, to }) => from <= nominal && nominal <= to);
    if (gaps.length > 1) this.#find("wrong", `${at} lies in ${gaps.length} gaps: ${JSON.stringify(gaps)}`);
    if (gaps.length > 0 && executions.length > 0) {
      this.#find("wrong", `${at} lies in a gap and has ${executions.length} executions: ${JSON.stringify(gaps)}`);
    }
    if (executions.length === 0) {
      if (gaps.length === 0) this.#find("lost", `${at} has neither an execution nor a gap`);
      return gaps.length > 0 ? "refused" : null;
    }
    const attempts = executions.toSorted((a, b) => a.attempt - b.attempt);
    attempts.forEach(({ attempt, id }, i) => {
      if (attempt !== i + 1) this.#find("doubled", `${at} has ${id} as execution ${i + 1}`);
    });
    const before = attempts.slice(0, -1).find(({ state }) => state !== "lost");
    if (before !== undefined) this.#find("doubled", `${at} was tried again after ${before.id} was ${before.state}`);
    const last = attempts.at(-1);
    // What is heard of a lost run after all counts, while nobody has begun to try again.
    if (last?.state === "success" || last?.lateState === "success") return "ran";
    if (last?.state !== "lost") return null;
    if (attempts.length <= this.#history.job.retries) this.#find("lost", `${at} was not tried again after ${last.id}`);
    return "lostWithNode";
  }

  #judgeExecution({ id, state, node, reason }: ToldExecution): void {
    switch (state) {
      case "success":
        return;
      case "lost":
        if (node === "" || reason === null) this.#find("lost", `${id} is lost without a node or a reason`);
        if (!this.#allowed.lost) this.#find("wrong", `${id} is lost though its node ${node} was not harmed: ${reason}`);
        return;
      case "queued":
      case "running":
        return this.#find("stuck", `${id} is still ${state}`);
      default:
        return this.#find("wrong", `${id} is ${state}: ${reason}`);
    }
  }

  #judgeShell(): void {
    const spans: { from: number; to: number; id: string }[] = [];
    for (const execution of this.#history.executions) {
      const { id, state, finishedAt } = execution;
      const { begins, ends } = this.#evidence.shell.get(id) ?? { begins: [], ends: [] };
      const [begin] = begins;
      if (begins.length > 1) this.#find("doubled", `${id} began ${begins.length} times`);
      if (state === "success" && (begin === undefined || ends.length === 0)) {
        this.#find("lost", `${id} is a success, but began ${begins.length} and ended ${ends.length} times`);
      }
      const last = Math.max(...begins, ...ends);
      if (state === "lost" && !this.#allowed.outlives && last > finishedAt + TOLERANCE_MS) {
        this.#find("survivor", `${id} was lost at ${timeOf(finishedAt)} and ran on until ${timeOf(last)}`);
      }
      if (begin === undefined) continue;
      this.#noteStart(execution, begin);
      spans.push({ from: begin, to: ends[0] ?? Math.min(finishedAt, begin), id });
    }
    if (this.#history.job.gated) this.#judgeOverlaps(spans);
  }

  #judgeOverlaps(spans: readonly { from: number; to: number; id: string }[]): void {
    let before: { to: number; id: string } | undefined;
    for (const span of spans.toSorted((a, b) => a.from - b.from)) {
      if (before && span.from < before.to - TOLERANCE_MS) this.#find("doubled", `${span.id} ran beside ${before.id}`);
      if (!before || span.to > before.to) before = span;
    }
  }

  #judgeHttp(): void {
    const { executions, job } = this.#history;
    const { arrivedAt, unseen, surplus } = matchReceipts(executions, this.#evidence.arrivals.get(job.name) ?? []);
    for (const { id } of unseen) this.#find("lost", `${id} is a success, but nothing arrived`);
    for (const ms of surplus) this.#find("doubled", `no execution explains what arrived at ${timeOf(ms)}`);
    for (const execution of executions) {
      const arrived = arrivedAt.get(execution.id);
      if (arrived !== undefined) this.#noteStart(execution, arrived);
    }
  }

  /** What waits for its turn at a gate, or for another attempt, does so on purpose. */
  #noteStart({ dueAt, attempt }: ToldExecution, startedAt: number): void {
    if (dueAt === null || attempt > 1 || this.#history.job.gated) return;
    this.#starts.push({ dueAt, startedAt });
  }
}

function timeOf(ms: number | null): string {
  return ms === null ? "no time" : new Date(ms).toISOString();
}
