import { jobAnswerSchema } from "../../routes/wire/job_answer.ts";
import { type CampaignState, saveState, type Span } from "./campaign_state.ts";
import { checkIntegrity, type Integrity } from "./integrity.ts";
import { type JobHistory, readHistory } from "./job_history.ts";
import { bodyFor, createJobSet, type FaultJob } from "./job_set.ts";
import { type Evidence, type JobVerdict, judgeJob } from "./judge_job.ts";
import { listMarked, type MarkedProcess, stillLiving } from "./marked_processes.ts";
import type { RoundPlan } from "./round_plan.ts";
import { ServerProcess } from "./server_process.ts";
import { readBootTime, readShellLog } from "./shell_log.ts";
import { readReceipts, Sink } from "./sink.ts";

/** How long the last server may take to work off what is left, in milliseconds. */
const QUIET_WITHIN_MS = 120_000;

/** From when a job is stored to when that begins to matter, in milliseconds; a busy server takes its time. */
const LEAD_MS = 4_000;

/** Jobs read or written at a time. */
const AT_ONCE = 8;

/** What a campaign has shown. */
export interface CampaignReport {
  state: CampaignState;
  verdicts: JobVerdict[];
  /** Processes found alive that should have been gone, in words. */
  survivors: string[];
  integrity: Integrity;
}

/**
 * One long history of a server that is killed again and again:
 * `round…` (start, work, SIGKILL), then `finish` (let it come to rest, read everything, stop it, judge).
 * A chapter is what lies between the first round and a `finish`; later rounds open another in the same store.
 */
export class Campaign implements AsyncDisposable {
  readonly #state: CampaignState;
  readonly #sink: Sink;
  readonly #jobs: readonly FaultJob[];
  /** What was alive when its server was killed, and must be gone soon after the next one has begun. */
  #orphans: MarkedProcess[] = [];
  #server: ServerProcess | undefined;

  constructor(state: CampaignState) {
    Deno.mkdirSync(state.folder, { recursive: true });
    Deno.openSync(shellLog(state), { create: true, append: true }).close();
    this.#sink = new Sink(sinkLog(state), state.sinkPort);
    this.#state = { ...state, sinkPort: this.#sink.port };
    const sinkUrl = `http://127.0.0.1:${this.#sink.port}`;
    this.#jobs = createJobSet(state.jobs, { shellLog: shellLog(state), sinkUrl, mark: state.mark });
    saveState(this.#state);
  }

  /** Rounds that are over, in this life of the campaign and before. */
  get round(): number {
    return this.#state.round;
  }

  /** One life of a server, from its start to SIGKILL, and the time that it stays dead. */
  async playRound(plan: RoundPlan): Promise<void> {
    const server = this.#start();
    if (this.#state.chapters.at(-1)?.state !== "open") await this.#beginChapter(await server.listening());
    else if (plan.kind !== "startup") await server.listening();
    await pause(plan.killAfterMs);
    if (plan.kind === "steady") await this.#countSurvivors();
    await server.kill();
    this.#orphans = [...await stillLiving(this.#orphans, this.#state.mark), ...await listMarked(this.#state.mark)];
    this.#state.round++;
    saveState(this.#state);
    await pause(plan.downMs);
  }

  /** Lets a last server come to rest, reads all that there is, stops it, and judges. */
  async finish(): Promise<CampaignReport> {
    const server = this.#start();
    const url = await server.listening();
    await this.#endChapter(url);
    const verdicts = await this.#judgeWhenQuiet(url);
    await this.#countSurvivors();
    for (const { pid, execution } of await listMarked(this.#state.mark)) {
      this.#state.survivors.push(`process ${pid} of ${execution} lives on after the end`);
    }
    await server.stop();
    saveState(this.#state);
    const { state } = this;
    return { state, verdicts, survivors: state.survivors, integrity: await checkIntegrity(storePath(state)) };
  }

  /** Where it stands. */
  get state(): CampaignState {
    return structuredClone(this.#state);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.kill();
    await this.#sink[Symbol.asyncDispose]();
  }

  #start(): ServerProcess {
    const { folder, bell } = this.#state;
    const settings = { dataDir: `${folder}/data`, logPath: `${folder}/server.log`, bell, slots: 400 };
    const server = new ServerProcess(settings);
    server.url.then(() => this.#state.listeningAt.push(Date.now()), () => {});
    this.#server = server;
    return server;
  }

  /** Resolves when all jobs are stored and have begun. */
  async #beginChapter(url: string): Promise<void> {
    const spans: Record<string, Span> = {};
    await eachOf(this.#jobs, async (job) => {
      const span = { startsAt: soon(LEAD_MS), expiresAt: null };
      await storeJob(url, job, span, span.startsAt);
      spans[job.name] = span;
    });
    this.#state.chapters.push({ state: "open", spans });
    saveState(this.#state);
    await pause(Math.max(...Object.values(spans).map(({ startsAt }) => startsAt)) - Date.now());
  }

  /** Resolves when the last time of the last job has gone by. */
  async #endChapter(url: string): Promise<void> {
    const chapter = this.#state.chapters.at(-1);
    if (!chapter) throw new Error("Cannot end a history that no round has begun");
    if (chapter.state === "closed") return;
    const { spans } = chapter;
    const leadMs = await this.#leadMs(url, spans);
    chapter.state = "closing";
    saveState(this.#state);
    await eachOf(this.#jobs, async (job) => {
      const span = { startsAt: spans[job.name]?.startsAt ?? 0, expiresAt: soon(leadMs) };
      await storeJob(url, job, span, span.expiresAt);
      spans[job.name] = span;
    });
    chapter.state = "closed";
    saveState(this.#state);
    await pause(Math.max(...Object.values(spans).map(({ expiresAt }) => expiresAt ?? 0)) - Date.now());
  }

  /** How long to plan ahead for storing all jobs: a server that catches up takes seconds for one that is due each second. */
  async #leadMs(url: string, spans: Readonly<Record<string, Span>>): Promise<number> {
    const beganAt = performance.now();
    await eachOf(this.#jobs.slice(0, 2 * AT_ONCE), async (job) => {
      const span = spans[job.name];
      if (span) await storeJob(url, job, span, Infinity);
    });
    return LEAD_MS + 5 * (performance.now() - beganAt);
  }

  #spansOf(job: FaultJob): Span[] {
    return this.#state.chapters.flatMap(({ spans }) => spans[job.name] ?? []);
  }

  /** Judges each job until nothing of it is missing or open, or time is up. */
  async #judgeWhenQuiet(url: string): Promise<JobVerdict[]> {
    const verdicts = new Map<FaultJob, JobVerdict>();
    const isOpen = (job: FaultJob) =>
      verdicts.get(job)?.findings.some(({ kind }) => kind === "lost" || kind === "stuck") ?? true;
    const until = performance.now() + QUIET_WITHIN_MS;
    for (;;) {
      const histories: JobHistory[] = [];
      await eachOf(this.#jobs.filter(isOpen), async (job) => void histories.push(await readHistory(url, job)));
      // Read last: what a server tells of must have left its traces by now.
      const evidence = await this.#evidence();
      for (const history of histories) {
        verdicts.set(history.job, judgeJob(history, evidence, this.#spansOf(history.job)));
      }
      if (!this.#jobs.some(isOpen) || performance.now() > until) return [...verdicts.values()];
      await pause(1_000);
    }
  }

  async #evidence(): Promise<Evidence> {
    const arrivals = Map.groupBy(readReceipts(sinkLog(this.#state)), ({ job }) => job);
    return {
      shell: readShellLog(shellLog(this.#state), await readBootTime()),
      arrivals: new Map(arrivals.entries().map(([job, receipts]) => [job, receipts.map(({ atMs }) => atMs)])),
      listeningAt: this.#state.listeningAt,
    };
  }

  async #countSurvivors(): Promise<void> {
    for (const { pid, execution } of await stillLiving(this.#orphans, this.#state.mark)) {
      this.#state.survivors.push(`process ${pid} of ${execution} outlived the next start of its agent`);
    }
    this.#orphans = [];
  }
}

function shellLog({ folder }: CampaignState): string {
  return `${folder}/shell.log`;
}

function sinkLog({ folder }: CampaignState): string {
  return `${folder}/sink.log`;
}

function storePath({ folder }: CampaignState): string {
  return `${folder}/data/carillon.sqlite3`;
}

/** An instant between two seconds, so that no time lies on it, far enough off to store a job before. */
function soon(leadMs: number): number {
  return Math.floor((Date.now() + leadMs) / 1_000) * 1_000 + 500;
}

/** Stores a job; throws when that was decided after `beforeMs`, as nobody could tell then which of its times were due. */
async function storeJob(url: string, job: FaultJob, span: Span, beforeMs: number): Promise<void> {
  const answer = await fetch(`${url}/v1/jobs?strict`, { method: "POST", body: JSON.stringify(bodyFor(job, span)) });
  if (!answer.ok) throw new Error(`Cannot store job "${job.name}": ${answer.status} ${await answer.text()}`);
  const { updated_at: at } = jobAnswerSchema.parse(await answer.json());
  if (Date.parse(at) >= beforeMs) throw new Error(`Cannot store job "${job.name}" in time: it took until ${at}`);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}

async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (const item of left) await work(item);
  }));
}
