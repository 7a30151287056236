import type { Executor, ExecutorContext, ExecutorResult } from "../../src/execute/mod.ts";

/** A run that goes on until the test ends it, or until it is stopped. */
export interface HeldRun {
  readonly id: string;
  readonly job: string;
  /** Why it was asked to stop; null as long as it was not. */
  stopped: "cancel" | "timeout" | null;
  write(text: string): void;
  end(result?: Partial<ExecutorResult>): void;
}

/**
 * The executor `held`: its runs end when the test says so. Of the config, `ends` (`success`, or an exit code) ends a run
 * at once, and `deaf` makes it ignore being stopped.
 */
export class HeldRuns implements Executor {
  readonly name = "held";
  /** What runs now, oldest first. */
  running: HeldRun[] = [];
  /** Jobs in the order in which runs of them began. */
  readonly begun: string[] = [];
  /** A process that is killed stops nothing in an orderly way. */
  killed = false;

  validate() {
    return [];
  }

  run({ executionId, jobName, config, signal, write }: ExecutorContext): Promise<ExecutorResult> {
    const { promise, resolve } = Promise.withResolvers<ExecutorResult>();
    const run: HeldRun = {
      id: executionId,
      job: jobName,
      stopped: null,
      write: (text) => write(new TextEncoder().encode(text)),
      end: (result = {}) => {
        this.running = this.running.filter((other) => other !== run);
        resolve({ success: true, exitCode: 0, reason: null, ...result });
      },
    };
    signal.addEventListener("abort", () => {
      if (this.killed) return;
      run.stopped = signal.reason.kind;
      if (config.deaf !== true) run.end({ success: false, exitCode: null });
    });
    this.running.push(run);
    this.begun.push(jobName);
    if (config.ends === "success") run.end();
    else if (typeof config.ends === "number") run.end({ success: false, exitCode: config.ends });
    return promise;
  }

  /** What runs of a job now, oldest first. */
  of(job: string): HeldRun[] {
    return this.running.filter((run) => run.job === job);
  }

  /** Ends the oldest run of a job. */
  end(job: string, result: Partial<ExecutorResult> = {}): void {
    const [run] = this.of(job);
    if (!run) throw new Error(`Cannot end a run of "${job}": none runs`);
    run.end(result);
  }

  /** Ends the oldest run of a job with an exit code other than 0. */
  fail(job: string, exitCode = 1): void {
    this.end(job, { success: false, exitCode });
  }
}
