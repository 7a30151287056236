import { type Clock, formatDuration } from "../runtime/mod.ts";
import type { ShellConfig } from "../model/shell_config.ts";
import type { ExecutorContext, ExecutorResult, StopReason } from "./executor.ts";
import { exitReason } from "./exit_reason.ts";
import type { GatedChild } from "./gated_child.ts";
import type { MemoryWatch } from "./memory_watch.ts";
import { OutputPump } from "./output_pump.ts";
import { endRemains } from "./process_group.ts";
import { stopReasonOf } from "./stop_reason.ts";
import { waitUntil } from "./wait_until.ts";

/** Milliseconds between SIGTERM and SIGKILL when the job's own `timeout` has passed. */
const TIMEOUT_GRACE_MS = 10_000;

/** Why a run is being ended; the first one counts. */
interface Stop {
  kind: StopReason["kind"] | "memory";
  graceMs: number;
  /** What the result says; null: what became of the process. */
  reason: string | null;
}

interface RunDeps {
  clock: Clock;
  env: Readonly<Record<string, string>>;
  memory: MemoryWatch;
}

type Limits = Pick<ShellConfig, "payload" | "timeoutMs" | "memLimitBytes">;

/** Lets a gated child begin, and minds it to its end: output, limits, stops. */
export function runChild(
  deps: RunDeps,
  child: GatedChild,
  limits: Limits,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return new ShellRun(deps, child, context).run(limits);
}

class ShellRun {
  /** Aborted when the process has ended: no stop counts from then on. */
  readonly #ended = new AbortController();
  #stop: Stop | undefined;
  #ending: Promise<void> | undefined;

  constructor(
    private readonly deps: RunDeps,
    private readonly child: GatedChild,
    private readonly context: ExecutorContext,
  ) {}

  async run(limits: Limits): Promise<ExecutorResult> {
    const { signal, write } = this.context;
    const pump = new OutputPump(this.child.output, write);
    const stop = () => this.#end({ ...stopReasonOf(signal), reason: null });
    signal.addEventListener("abort", stop, { once: true, signal: this.#ended.signal });
    this.child.open(limits.payload);
    using _memory = this.#mindMemory(limits.memLimitBytes);
    if (limits.timeoutMs !== undefined) this.#mindTime(limits.timeoutMs);
    const status = await this.child.status;
    this.#ended.abort("ended");
    await this.#ending;
    if (await pump.finish(this.deps.clock)) this.child.unref();
    return this.#result(status);
  }

  #mindMemory(limitBytes: number | undefined): Disposable | undefined {
    if (limitBytes === undefined) return undefined;
    return this.deps.memory.watch(this.child.pid, limitBytes, (usedBytes) => {
      const reason = `memory limit of ${limitBytes} bytes exceeded: ${usedBytes} bytes in use`;
      this.#end({ kind: "memory", graceMs: 0, reason });
    });
  }

  async #mindTime(timeoutMs: number): Promise<void> {
    const { clock } = this.deps;
    await waitUntil(clock, clock.monotonic() + timeoutMs, this.#ended.signal);
    const reason = `execution time exceeding defined timeout ${formatDuration(timeoutMs)}`;
    this.#end({ kind: "timeout", graceMs: TIMEOUT_GRACE_MS, reason });
  }

  #end(stop: Stop): void {
    if (this.#stop || this.#ended.signal.aborted) return;
    this.#stop = stop;
    this.#ending = this.#endGroup(stop);
  }

  /** SIGTERM to the group; when its grace is over or cut short, or its leader is gone and the rest had it too, SIGKILL. */
  async #endGroup({ kind, graceMs }: Stop): Promise<void> {
    const { clock } = this.deps;
    const deadline = clock.monotonic() + graceMs;
    this.child.signal(kind === "memory" ? "SIGKILL" : "SIGTERM");
    const { hurry } = this.context;
    await clock.sleep(graceMs, AbortSignal.any([this.#ended.signal, hurry]));
    if (!this.#ended.signal.aborted) this.child.signal("SIGKILL");
    await endRemains(this.deps, [this.child.pid], deadline - clock.monotonic(), hurry);
  }

  #result(status: Deno.CommandStatus): ExecutorResult {
    const exitCode = status.signal === null ? status.code : null;
    const reason = exitReason(status);
    if (!this.#stop) return { success: status.success, exitCode, reason };
    const { kind } = this.#stop;
    return { success: false, exitCode, reason: this.#stop.reason ?? reason ?? "stopped", timedOut: kind === "timeout" };
  }
}
