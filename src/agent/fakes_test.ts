import { eventually } from "../../tests/support/eventually.ts";
import type { Executor, ExecutorContext, ExecutorResult } from "../execute/mod.ts";
import type {
  Assignment,
  CancelRequest,
  OutputChunk,
  PollAnswer,
  PollRequest,
  RegisterRequest,
  ReportAnswer,
  ReportRequest,
  Result,
} from "../model/mod.ts";
import { CarillonError, type Clock, silentLog, systemClock, systemRandom } from "../runtime/mod.ts";
import { Agent, type AgentDeps } from "./agent.ts";
import type { AgentServer } from "./server_port.ts";

/** An assignment to the executor `fake`. */
export function assignment(execution: string, more: Partial<Assignment> = {}): Assignment {
  return {
    execution,
    uid: "uid",
    jobName: "job",
    attempt: 1,
    executor: "fake",
    config: {},
    timeoutMs: null,
    graceMs: 10_000,
    claimedAt: 1,
    stopAfterSilentMs: null,
    ...more,
  };
}

/** A server in memory: hands out what was queued, gives again what a poll should have named, takes reports once. */
export class FakeServer implements AgentServer {
  readonly registered: RegisterRequest[] = [];
  readonly polls: PollRequest[] = [];
  readonly reports: ReportRequest[] = [];
  readonly left: string[] = [];
  /** Claims handed back, in order. */
  readonly returned: string[] = [];
  /** An operator wants the node to take no more. */
  draining = false;
  readonly results = new Map<string, Result>();
  readonly chunks = new Map<string, OutputChunk[]>();
  /** How often each execution's result came. */
  readonly deliveries = new Map<string, number>();
  readonly cancels = new Map<string, CancelRequest>();
  followed: string[] = [];
  /** Every call fails. */
  away = false;
  /** So many poll answers are lost after their claims were made. */
  answersToLose = 0;
  /** So many reports are taken without a word of it. */
  reportAnswersToLose = 0;
  /** Results are taken only when it is true. */
  takesResults = true;
  #toldDraining = false;
  readonly #queue: Assignment[] = [];
  readonly #assigned = new Map<string, Assignment>();
  #news = Promise.withResolvers<void>();

  queue(...assignments: Assignment[]): void {
    this.#queue.push(...assignments);
    this.ring();
  }

  cancel(execution: string, request: Partial<CancelRequest> = {}): void {
    this.cancels.set(execution, { kind: "cancel", by: "ann", reason: "enough", at: 0, ...request });
    this.ring();
  }

  /** Answers waiting polls. */
  ring(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }

  register(request: RegisterRequest): Promise<void> {
    return this.#unlessAway(() => void this.registered.push(request));
  }

  async poll(request: PollRequest, signal: AbortSignal): Promise<PollAnswer> {
    if (this.away) throw new CarillonError("unavailable", "Cannot poll: away");
    this.polls.push(request);
    const ended = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => ended.resolve(), { once: true });
    for (;;) {
      const answer = this.#answer(request);
      const news = answer.claims.length + answer.cancels.length + answer.followed.length;
      const empty = news === 0 && this.draining === this.#toldDraining;
      if (empty && request.waitMs > 0 && !signal.aborted && !this.away) {
        await Promise.race([this.#news.promise, ended.promise]);
        continue;
      }
      if (signal.aborted || this.away) throw new CarillonError("unavailable", "Cannot poll: ended");
      if (this.answersToLose-- > 0) throw new CarillonError("unavailable", "Cannot poll: answer lost");
      this.#toldDraining = this.draining;
      return answer;
    }
  }

  report(request: ReportRequest): Promise<ReportAnswer> {
    return this.#unlessAway(() => {
      this.reports.push(request);
      for (const chunk of request.chunks) this.#keep(chunk);
      for (const { execution } of request.returned ?? []) {
        this.returned.push(execution);
        this.#assigned.delete(execution);
      }
      if (this.takesResults) request.results.forEach((result) => this.#take(result));
      if (this.reportAnswersToLose-- > 0) throw new CarillonError("unavailable", "Cannot report: answer lost");
      const done = this.takesResults ? request.results : [];
      return { done: [...done, ...request.returned ?? []].map(({ execution }) => execution) };
    });
  }

  leave(node: string): Promise<void> {
    return this.#unlessAway(() => void this.left.push(node));
  }

  /** The kept output of an execution, `[n]` standing for n skipped bytes. */
  textOf(execution: string): string {
    const kept = (this.chunks.get(execution) ?? []).filter(({ live }) => !live);
    return kept.map(({ skippedBytes, data }) => (skippedBytes ? `[${skippedBytes}]` : "") + textIn(data)).join("");
  }

  #answer(request: PollRequest): PollAnswer {
    const held = new Set(request.held.map(({ execution }) => execution));
    const again = [...this.#assigned.values()].filter(({ execution }) => !held.has(execution));
    const fresh = this.#queue.splice(0, request.freeSlots);
    for (const claim of fresh) this.#assigned.set(claim.execution, claim);
    const cancels = [...this.cancels].filter(([execution]) => this.#assigned.has(execution));
    return {
      claims: [...again, ...fresh],
      cancels: cancels.map(([execution, request]) => ({ execution, request })),
      followed: this.followed,
      draining: this.draining,
    };
  }

  #keep(chunk: OutputChunk): void {
    const kept = this.chunks.get(chunk.execution) ?? [];
    kept[chunk.n] = chunk;
    this.chunks.set(chunk.execution, kept);
  }

  #take(result: Result): void {
    this.deliveries.set(result.execution, (this.deliveries.get(result.execution) ?? 0) + 1);
    this.results.set(result.execution, result);
    this.#assigned.delete(result.execution);
  }

  async #unlessAway<T>(act: () => T): Promise<T> {
    await Promise.resolve();
    if (this.away) throw new CarillonError("unavailable", "Cannot reach the server: away");
    return act();
  }
}

/** The text of base64 data. */
export function textIn(data: string): string {
  return new TextDecoder().decode(Uint8Array.fromBase64(data));
}

/** An executor whose runs do what the test tells them. */
export class FakeExecutor implements Executor {
  readonly name = "fake";
  readonly running = new Map<string, { context: ExecutorContext; end: (result?: Partial<ExecutorResult>) => void }>();
  /** Every execution that was run, in order. */
  readonly ran: string[] = [];
  most = 0;
  /** Ends a run by itself, when it answers a result. */
  behave: (context: ExecutorContext) => Partial<ExecutorResult> | void = () => {};
  /** Whether its runs go on when they are asked to end. */
  deaf = false;

  validate() {
    return [];
  }

  async run(context: ExecutorContext): Promise<ExecutorResult> {
    const { executionId, signal } = context;
    const ended = Promise.withResolvers<Partial<ExecutorResult>>();
    this.running.set(executionId, { context, end: (result = {}) => ended.resolve(result) });
    this.ran.push(executionId);
    this.most = Math.max(this.most, this.running.size);
    const end = () => ended.resolve({ success: false, exitCode: null, reason: "terminated" });
    if (!this.deaf) signal.addEventListener("abort", end);
    try {
      const own = this.behave(context);
      if (own) ended.resolve(own);
      return { success: true, exitCode: 0, reason: null, ...await ended.promise };
    } finally {
      this.running.delete(executionId);
    }
  }

  /** The run of an execution; throws while there is none. */
  of(execution: string): { context: ExecutorContext; end: (result?: Partial<ExecutorResult>) => void } {
    const run = this.running.get(execution);
    if (!run) throw new Error(`${execution} does not run`);
    return run;
  }
}

/** An agent at work against a fake server, until it is disposed of. */
export class Bench implements AsyncDisposable {
  readonly server: FakeServer;
  readonly executor = new FakeExecutor();
  readonly dataDir: string;
  readonly agent: Agent;
  readonly #end = new AbortController();
  readonly #ownsDir: boolean;
  #running: Promise<void> | undefined;

  constructor(options: Partial<AgentDeps> & { slots?: number; server?: FakeServer; clock?: Clock } = {}) {
    this.server = options.server ?? new FakeServer();
    this.#ownsDir = options.dataDir === undefined;
    this.dataDir = options.dataDir ?? Deno.makeTempDirSync();
    this.agent = new Agent({
      executors: new Map([["fake", this.executor]]),
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
      identity: { name: "n1", tags: {}, slots: options.slots ?? 10, version: "1", server: false },
      killSurvivors: () => Promise.resolve(),
      ...options,
      dataDir: this.dataDir,
      server: this.server,
    });
  }

  /** Starts the agent and lets it run. */
  async start(): Promise<this> {
    await this.agent.start();
    this.#running = this.agent.run(this.#end.signal);
    return this;
  }

  /** Ends it as a broken wire would: at once. */
  async kill(): Promise<void> {
    this.#end.abort();
    await this.#running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    if (!this.#ownsDir) return;
    // A write that was on its way when the agent was cut off may still land.
    await eventually(() => Deno.remove(this.dataDir, { recursive: true }).then(() => true), {
      what: "an empty folder",
    });
  }
}
