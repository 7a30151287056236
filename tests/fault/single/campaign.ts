import type { JobVerdict } from "../judge/judge_job.ts";
import type { JudgedJob } from "../judge/judged_job.ts";
import { NODE_DIES } from "../judge/allowed.ts";
import { judgeWhenQuiet } from "../judge/judge_when_quiet.ts";
import { listMarked, type MarkedProcess, stillLiving } from "../judge/marked_processes.ts";
import { pause } from "../judge/pace.ts";
import { Sink } from "../judge/sink.ts";
import { expireJobs, leadMs, storeJobs, untilBegun, untilOver } from "../judge/stored_jobs.ts";
import { readEvidence, shellLogIn, sinkLogIn } from "../judge/trace_files.ts";
import { NodeProcess } from "../node_process.ts";
import { type CampaignState, saveState } from "./campaign_state.ts";
import { checkIntegrity, type Integrity } from "./integrity.ts";
import { createJobSet } from "./job_set.ts";
import type { RoundPlan } from "./round_plan.ts";

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
  readonly #jobs: readonly JudgedJob[];
  /** What was alive when its server was killed, and must be gone soon after the next one has begun. */
  #orphans: MarkedProcess[] = [];
  #server: NodeProcess | undefined;

  constructor(state: CampaignState) {
    Deno.mkdirSync(state.folder, { recursive: true });
    const shellLog = shellLogIn(state.folder);
    Deno.openSync(shellLog, { create: true, append: true }).close();
    this.#sink = new Sink(sinkLogIn(state.folder), state.sinkPort);
    this.#state = { ...state, sinkPort: this.#sink.port };
    this.#jobs = createJobSet(state.jobs, { shellLog, sinkUrl: this.#sink.url, mark: state.mark });
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
    const verdicts = await judgeWhenQuiet({
      url,
      jobs: this.#jobs,
      spansOf: ({ name }) => this.#state.chapters.flatMap(({ spans }) => spans[name] ?? []),
      evidence: () => readEvidence(this.#state.folder),
      allowed: NODE_DIES,
    });
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

  #start(): NodeProcess {
    const { folder, bell } = this.#state;
    const server = new NodeProcess({
      role: "server",
      name: "n1",
      dataDir: `${folder}/data`,
      logPath: `${folder}/server.log`,
      slots: 400,
      tags: {},
      httpAddr: "127.0.0.1:0",
      kv: "",
      agent: true,
      bell,
      clockPath: null,
    });
    server.url.then(() => this.#state.listeningAt.push(Date.now()), () => {});
    this.#server = server;
    return server;
  }

  /** Resolves when all jobs are stored and have begun. */
  async #beginChapter(url: string): Promise<void> {
    const spans = await storeJobs(url, this.#jobs);
    this.#state.chapters.push({ state: "open", spans });
    saveState(this.#state);
    await untilBegun(spans);
  }

  /** Resolves when the last time of the last job has gone by. */
  async #endChapter(url: string): Promise<void> {
    const chapter = this.#state.chapters.at(-1);
    if (!chapter) throw new Error("Cannot end a history that no round has begun");
    if (chapter.state === "closed") return;
    const inMs = await leadMs(url, this.#jobs, chapter.spans);
    chapter.state = "closing";
    saveState(this.#state);
    chapter.spans = await expireJobs(url, this.#jobs, chapter.spans, inMs);
    chapter.state = "closed";
    saveState(this.#state);
    await untilOver(chapter.spans);
  }

  async #countSurvivors(): Promise<void> {
    for (const { pid, execution } of await stillLiving(this.#orphans, this.#state.mark)) {
      this.#state.survivors.push(`process ${pid} of ${execution} outlived the next start of its agent`);
    }
    this.#orphans = [];
  }
}

function storePath({ folder }: CampaignState): string {
  return `${folder}/data/carillon.sqlite3`;
}
