import type { Executor, ExecutorResult } from "../execute/mod.ts";
import type { Assignment, CancelRequest, Held, Result } from "../model/mod.ts";
import { type Clock, formatDuration, messageOf } from "../runtime/mod.ts";
import { Span } from "../trace/mod.ts";
import { Output, type OutputCap } from "./output.ts";
import type { ProcessJournal } from "./process_journal.ts";
import { endBeforeStart, endOf, failure, type RunEnd } from "./run_end.ts";
import { SecretMask } from "./secret_mask.ts";
import type { TailRoom } from "./tail_room.ts";

/** What every run is handed. */
export interface RunDeps {
  clock: Clock;
  executors: ReadonlyMap<string, Executor>;
  journal: ProcessJournal;
  room: TailRoom;
  cap: OutputCap;
}

/** One execution on this node, from the claim's arrival to its result. */
export class Run {
  readonly assignment: Assignment;
  readonly output: Output;
  /** Whether a report has said that it started. */
  announced = false;
  readonly #deps: RunDeps;
  readonly #arrivedAt: number;
  /** Undefined where it has no secrets. */
  readonly #mask: SecretMask | undefined;
  readonly #abort = new AbortController();
  readonly #hurry = new AbortController();
  readonly #over = new AbortController();
  #startedAfterMs: number | null = null;
  #stop: CancelRequest | null = null;

  constructor(assignment: Assignment, deps: RunDeps) {
    this.assignment = assignment;
    this.#deps = deps;
    this.#arrivedAt = deps.clock.monotonic();
    this.#mask = SecretMask.of(assignment.secrets);
    this.output = new Output(assignment.execution, deps.cap, deps.room, this.#arrivedAt);
  }

  /** Its line in a poll. */
  held(): Held {
    return { execution: this.assignment.execution, startedAfterMs: this.#startedAfterMs };
  }

  /** How long it has been running, in milliseconds; 0 before it starts. */
  ageMs(): number {
    return this.#startedAfterMs === null ? 0 : this.#elapsedMs() - this.#startedAfterMs;
  }

  /**
   * Asks for its end, in its own grace or a shorter one. The first request counts, and is what is recorded; a later one
   * can but shorten the grace. Answers whether it was the first.
   */
  stop(request: CancelRequest, mostGraceMs = Infinity): boolean {
    if (this.#stop) {
      if (mostGraceMs < Infinity) void this.#hurryIn(mostGraceMs);
      return false;
    }
    this.#stop = request;
    const graceMs = Math.min(this.assignment.graceMs, mostGraceMs);
    this.#abort.abort({ kind: request.kind === "timeout" ? "timeout" : "cancel", graceMs });
    return true;
  }

  /** Runs it to its end; never rejects. */
  async finish(): Promise<Result> {
    const end = this.#stop ? endBeforeStart(this.#stop) : await this.#execute();
    if (this.#mask) this.output.write(this.#mask.rest());
    return {
      execution: this.assignment.execution,
      uid: this.assignment.uid,
      ...end,
      reason: this.#maskedReason(end.reason),
      startedAfterMs: this.#startedAfterMs,
      finishedAfterMs: this.#elapsedMs(),
      output: this.output.close(),
    };
  }

  async #execute(): Promise<RunEnd> {
    const { execution, executor: name, timeoutMs } = this.assignment;
    const executor = this.#deps.executors.get(name);
    if (!executor) return failure(`Cannot run "${this.assignment.jobName}": this node has no executor "${name}"`);
    this.#startedAfterMs = this.#elapsedMs();
    const timer = timeoutMs === null ? undefined : this.#stopAfter(timeoutMs);
    const span = this.#span();
    try {
      const end = await this.#end(span.within(() => this.#call(executor)));
      this.#endSpan(span, end);
      return end;
    } finally {
      timer?.abort("over");
      this.#over.abort("over");
      this.#deps.journal.ended(execution);
    }
  }

  async #end(called: Promise<ExecutorResult>): Promise<RunEnd> {
    try {
      return endOf(await called, this.#stop);
    } catch (thrown) {
      if (this.#stop) return endOf({ success: false, exitCode: null, reason: null }, this.#stop);
      return failure(messageOf(thrown));
    }
  }

  #span(): Span {
    const { execution, attempt, executor } = this.assignment;
    return new Span("run", this.assignment, { attributes: { execution, attempt, executor } });
  }

  /** What the trace says of it is masked as its reason is. */
  #endSpan(span: Span, { state, exitCode, reason }: RunEnd): void {
    const failure = state === "success" ? null : this.#maskedReason(reason) ?? state;
    span.end({ state, exitCode }, failure);
  }

  #maskedReason(reason: string | null): string | null {
    return reason === null ? null : this.#mask?.text(reason) ?? reason;
  }

  #call(executor: Executor): Promise<ExecutorResult> {
    const { execution, jobName, config } = this.assignment;
    return executor.run({
      executionId: execution,
      jobName,
      config,
      signal: this.#abort.signal,
      hurry: this.#hurry.signal,
      write: (chunk) => this.output.write(this.#mask?.take(chunk) ?? chunk),
      // Noted before the promise that it resolves is made; a disk that refuses the note fails the run, not the agent.
      processStarted: (group) => Promise.try(() => this.#deps.journal.started(group)),
    });
  }

  async #hurryIn(ms: number): Promise<void> {
    await this.#deps.clock.sleep(ms, this.#over.signal);
    if (!this.#over.signal.aborted) this.#hurry.abort();
  }

  /** Stops it when it takes longer; aborting what it answers calls that off. */
  #stopAfter(timeoutMs: number): AbortController {
    const { clock } = this.#deps;
    const timer = new AbortController();
    const reason = `timed out after ${formatDuration(timeoutMs)}`;
    void clock.sleep(timeoutMs, timer.signal).then(() => {
      if (!timer.signal.aborted) this.stop({ kind: "timeout", by: "agent", reason, at: clock.now() });
    });
    return timer;
  }

  /** Milliseconds since the claim arrived, to the microsecond. */
  #elapsedMs(): number {
    return Math.round((this.#deps.clock.monotonic() - this.#arrivedAt) * 1_000) / 1_000;
  }
}
