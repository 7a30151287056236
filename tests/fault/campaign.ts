import { type CampaignState, saveState } from "./campaign_state.ts";
import { checkIntegrity, type Integrity } from "./integrity.ts";
import { type JobHistory, readHistory } from "./job_history.ts";
import { bodyFor, type Chapter, createJobSet, type FaultJob } from "./job_set.ts";
import { type Evidence, type JobVerdict, judgeJob } from "./judge_job.ts";
import { listMarked, type MarkedProcess, stillLiving } from "./marked_processes.ts";
import type { RoundPlan } from "./round_plan.ts";
import { ServerProcess } from "./server_process.ts";
import { readBootTime, readShellLog } from "./shell_log.ts";
import { readReceipts, Sink } from "./sink.ts";

/** How long the last server may take to work off what is left, in milliseconds. */
const QUIET_WITHIN_MS = 90_000;

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
    const begins = this.#state.chapters.at(-1)?.expiresAt !== null;
    if (begins) await this.#beginChapter(await server.listening());
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
    const chapter = await this.#endChapter(url);
    await pause((chapter.expiresAt ?? 0) - Date.now());
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

  async #beginChapter(url: string): Promise<void> {
    const chapter = { startsAt: halfSecondAfter(3_000), expiresAt: null };
    await this.#storeJobs(url, chapter);
    mustBeAhead(chapter.startsAt);
    this.#state.chapters.push(chapter);
    saveState(this.#state);
    await pause(chapter.startsAt - Date.now());
  }

  async #endChapter(url: string): Promise<Chapter> {
    const chapter = this.#state.chapters.at(-1);
    if (!chapter) throw new Error("Cannot end a history that no round has begun");
    if (chapter.expiresAt !== null) return chapter;
    const expiresAt = halfSecondAfter(4_000);
    await this.#storeJobs(url, { ...chapter, expiresAt });
    mustBeAhead(expiresAt);
    chapter.expiresAt = expiresAt;
    saveState(this.#state);
    return chapter;
  }

  async #storeJobs(url: string, chapter: Chapter): Promise<void> {
    await eachOf(this.#jobs, async (job) => {
      const body = JSON.stringify(bodyFor(job, chapter));
      const answer = await fetch(`${url}/v1/jobs?strict`, { method: "POST", body });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`Cannot store job "${job.name}": ${answer.status} ${text}`);
    });
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
      for (const history of histories) verdicts.set(history.job, judgeJob(history, evidence, this.#state.chapters));
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

/** An instant between two seconds, so that no time lies on it. */
function halfSecondAfter(ms: number): number {
  return Math.floor((Date.now() + ms) / 1_000) * 1_000 + 500;
}

function mustBeAhead(ms: number): void {
  if (Date.now() < ms) return;
  throw new Error("Cannot tell which times were due: storing the jobs took longer than their lead time");
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
