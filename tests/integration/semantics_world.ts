import assert from "node:assert/strict";
import { z } from "zod";
import { gapAnswerSchema } from "../../routes/wire/cluster_answer.ts";
import { errorAnswerSchema } from "../../routes/wire/error_answer.ts";
import { type ExecutionAnswer, executionAnswerSchema, STATES_ON_WIRE } from "../../routes/wire/execution_answer.ts";
import { type JobAnswer, jobAnswerSchema } from "../../routes/wire/job_answer.ts";
import { type Carillon, type CarillonOptions, startCarillon } from "../support/carillon.ts";
import { eventually } from "../support/eventually.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { type HeldRun, HeldRuns } from "./semantics_runs.ts";

/** Midnight of a Thursday in UTC: where the clock of a world begins. */
export const START_MS = Date.UTC(2026, 0, 1);
/** How far the clock moves between two looks. */
const LOOK_MS = 20;
/** How far it moves at once while time passes. */
const STEP_MS = 1_000;

type Options = Pick<CarillonOptions, "agent" | "slots" | "tags">;

/** A server on a clock that the test moves, with runs that the test ends, which can be killed and started again. */
export class World implements AsyncDisposable {
  readonly clock = new FakeClock(START_MS);
  readonly runs = new HeldRuns();
  readonly #dataDir: string;
  #options: Options;
  #carillon: Carillon | undefined;

  private constructor(dataDir: string, options: Options) {
    this.#dataDir = dataDir;
    this.#options = options;
  }

  /** A new world with its server started. */
  static async open(options: Options = {}): Promise<World> {
    const world = new World(await Deno.makeTempDir({ prefix: "carillon-semantics-" }), options);
    await world.start();
    return world;
  }

  /** Starts the server on what the one before it has stored. */
  async start(options: Options = {}): Promise<void> {
    this.#options = { ...this.#options, ...options };
    this.runs.killed = false;
    const starting = startCarillon({
      ...this.#options,
      clock: this.clock,
      dataDir: this.#dataDir,
      executors: [this.runs],
    });
    this.#carillon = await this.during(starting);
  }

  /** Ends the server as SIGKILL does, with all that ran on its node. Takes 2 s on the clock when something ran. */
  async kill(): Promise<void> {
    this.runs.killed = true;
    await this.during(this.carillon.kill());
    this.runs.running = [];
  }

  /** Kills the server, and starts it again this many milliseconds after the beginning of the world. */
  async restartAt(ms: number, options: Options = {}): Promise<void> {
    await this.kill();
    this.clock.stepWall(START_MS + ms - this.clock.now());
    await this.start(options);
  }

  /** The server of now. */
  get carillon(): Carillon {
    if (!this.#carillon) throw new Error("Cannot reach the server: it was never started");
    return this.#carillon;
  }

  /** Lets time pass in small steps, each with time for what it sets off. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= STEP_MS) {
      await this.clock.jump(Math.min(left, STEP_MS));
      await this.carillon.engine.kv.get(["lease"]);
    }
  }

  /** Lets time pass until this many milliseconds after the beginning of the world. */
  async passTo(ms: number): Promise<void> {
    await this.pass(START_MS + ms - this.clock.now());
  }

  /** Looks until there is something to see; a little time passes between two looks. */
  until<T>(look: () => T | Promise<T>, what?: string): Promise<Exclude<T, false | undefined>> {
    return eventually(async () => {
      let seen: T | undefined;
      try {
        seen = await look();
        return seen;
      } finally {
        if (seen === undefined || seen === false) await this.clock.jump(LOOK_MS);
      }
    }, { what }) as Promise<Exclude<T, false | undefined>>;
  }

  /** Looks until what `look` answers equals `expected`. */
  async untilEqual<T>(look: () => T | Promise<T>, expected: T): Promise<void> {
    const equal = async () => {
      assert.deepEqual(await look(), expected);
      return true;
    };
    await this.until(equal).catch((thrown) => {
      throw thrown.cause ?? thrown;
    });
  }

  /** Sends a request; what is no string is sent as JSON. */
  async request(method: string, path: string, body?: unknown, headers?: HeadersInit): Promise<Response> {
    if (method === "POST") await this.clock.jump(1); // ids of one millisecond sort as they like
    const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    return await this.carillon.request(path, { method, body: text, headers });
  }

  /** Sends a request that must be answered with success. */
  async send(method: string, path: string, body?: unknown, headers?: HeadersInit): Promise<Response> {
    const response = await this.request(method, path, body, headers);
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }

  /** Sends a request that must be refused; answers its code and message. */
  async refused(status: number, method: string, path: string, body?: unknown, headers?: HeadersInit) {
    const response = await this.request(method, path, body, headers);
    const text = await response.text();
    assert.equal(response.status, status, text);
    return errorAnswerSchema.parse(JSON.parse(text));
  }

  /** Stores a job whose runs are held, by hand only unless its fields say otherwise. */
  async put(name: string, fields: Record<string, unknown> = {}): Promise<JobAnswer> {
    const body = { name, schedule: "@manually", executor: "held", ...fields };
    return jobAnswerSchema.parse(await (await this.send("POST", "/v1/jobs", body)).json());
  }

  /** A job as it is now. */
  async job(name: string): Promise<JobAnswer> {
    return jobAnswerSchema.parse(await (await this.send("GET", `/v1/jobs/${name}`)).json());
  }

  /** Starts a job by hand; answers its group. */
  async run(name: string, query = ""): Promise<string> {
    const response = await this.send("POST", `/v1/jobs/${name}/run${query}`);
    await response.body?.cancel();
    return response.headers.get("x-carillon-group") ?? "";
  }

  /** Starts a job by hand and waits until it runs. */
  async runOne(name: string): Promise<HeldRun> {
    await this.run(name);
    return await this.begun(name);
  }

  /** Waits until this many runs of a job are running; answers the newest. */
  begun(name: string, count = 1): Promise<HeldRun> {
    return this.until(
      () => this.runs.of(name).length >= count && this.runs.of(name).at(-1),
      `${count} runs of ${name}`,
    );
  }

  /** Executions of a job in whatever state, oldest first. */
  async executions(name: string): Promise<ExecutionAnswer[]> {
    const path = `/v1/jobs/${name}/executions?_order=ASC&state=${STATES_ON_WIRE}`;
    return z.array(executionAnswerSchema).parse(await (await this.send("GET", path)).json());
  }

  /** One field of each execution of a job, oldest first. */
  async each<K extends keyof ExecutionAnswer>(name: string, field: K): Promise<ExecutionAnswer[K][]> {
    return (await this.executions(name)).map((execution) => execution[field]);
  }

  /** Waits until the executions of a job are in these states, oldest first. */
  async states(name: string, ...expected: ExecutionAnswer["state"][]): Promise<ExecutionAnswer[]> {
    await this.untilEqual(() => this.each(name, "state"), expected);
    return await this.executions(name);
  }

  /** A job's counters of good and bad ends. */
  async counts(name: string): Promise<[success: number, error: number]> {
    const job = await this.job(name);
    return [job.success_count, job.error_count];
  }

  /** A job's gaps, oldest first. */
  async gaps(name: string): Promise<z.infer<typeof gapAnswerSchema>[]> {
    return z.array(gapAnswerSchema).parse(await (await this.send("GET", `/v1/jobs/${name}/gaps`)).json()).reverse();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const run of [...this.runs.running]) run.end();
    if (this.#carillon) await this.during(this.#carillon[Symbol.asyncDispose]());
    await Deno.remove(this.#dataDir, { recursive: true });
  }

  /** Lets time pass until some work is done. */
  async during<T>(work: PromiseLike<T>): Promise<T> {
    let settled = false;
    const note = () => void (settled = true);
    work.then(note, note);
    while (!settled) await this.clock.jump(LOOK_MS);
    return await work;
  }
}

/** An instant as the API writes it, this many milliseconds after the beginning of a world. */
export function at(ms: number): string {
  return new Date(START_MS + ms).toISOString().replace(".000Z", "Z");
}

/** Milliseconds. */
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
