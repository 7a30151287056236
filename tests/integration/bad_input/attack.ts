import assert from "node:assert/strict";
import { z } from "zod";
import { errorAnswerSchema } from "../../../routes/wire/error_answer.ts";
import { jobAnswerSchema } from "../../../routes/wire/job_answer.ts";
import { type Carillon, startCarillon } from "../../support/carillon.ts";
import { eventually } from "../../support/eventually.ts";
import { VALID_JOB } from "./junk.ts";
import { AGENT_BODIES, type BadRequest, EXECUTION, UID } from "./requests.ts";

/** Kinds of records that a refused request must leave alone; the rest the server also writes, or clears away, by itself. */
const WRITTEN_ON_REQUEST = new Set<unknown>(["job", "rev", "graph", "node", "idem", "tomb", "held", "out"]);
const DELETED_ON_REQUEST = new Set<unknown>(["job", "graph", "node"]);

/** Fields whose bad value another field's issue may name. */
const RELATED: Readonly<Record<string, readonly string[]>> = {
  Name: ["name"],
  executor: ["executor_config"],
  grace: ["lost_after"],
  retry: ["retries"],
  starts_at: ["expires_at"],
  parent_job: ["depends_on"],
  misfire: ["schedule"],
};

/** A server under attack: sends requests, and checks what must hold of every answer. */
export class Attack implements AsyncDisposable {
  readonly #carillon: Carillon;
  #written: string[] = [];
  #uid = "";
  #execution = "";

  private constructor(carillon: Carillon) {
    this.#carillon = carillon;
    carillon.server.store.onApplied((change) => {
      for (const { key, value } of change.written) {
        const kinds = value === null ? DELETED_ON_REQUEST : WRITTEN_ON_REQUEST;
        if (kinds.has(key[0])) this.#written.push(key.join("/"));
      }
    });
  }

  /** A server with a job, and a node that is played by the attacker. */
  static async begin(): Promise<Attack> {
    const attack = new Attack(await startCarillon({ agent: false }));
    await eventually(async () => (await attack.#carillon.request("/v1/isleader")).ok, { what: "a leader" });
    await attack.#restock();
    return attack;
  }

  /** Sends one request and checks its answer; throws when something does not hold. */
  async send(bad: BadRequest): Promise<number> {
    this.#written = [];
    const { method, body } = bad;
    const path = bad.path.replaceAll(EXECUTION, this.#execution);
    const text = typeof body === "string"
      ? body.replaceAll(EXECUTION, this.#execution).replaceAll(UID, this.#uid)
      : body;
    // Long polls and waits end at once; a registration that its node gave up would be no bad request.
    const signal = AbortSignal.abort();
    const request = { method, headers: bad.headers, body: text };
    const waits = /\/poll|wait|runoncreate/.test(path) && !path.startsWith("/agent/v1/register");
    const response = await this.#carillon.request(path, waits ? { ...request, signal } : request);
    const { status } = response;
    if (status >= 500) assert.fail(`${status} ${await response.text()}`);
    if (status >= 400) await this.#checkRefusal(bad, response);
    else await this.#checkAnswer(bad, response);
    // `..` in a path is taken out before it is sent, so this is more paths than the one written so.
    const isPause = method === "POST" && new URL(path, "http://localhost").pathname.endsWith("/pause");
    for (const unpause of isPause ? ["/v1/unpause", "/v1/cluster/unpause"] : []) {
      await this.#carillon.request(unpause, { method: "POST" });
    }
    return status;
  }

  /** The server still answers, and every stored job can be read. */
  async checkAlive(): Promise<void> {
    await this.#restock();
    z.array(jobAnswerSchema).parse(await this.#carillon.json("GET", "/v1/jobs"));
    assert.equal(this.#carillon.server.store.unreadable, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#carillon[Symbol.asyncDispose]();
  }

  async #checkRefusal({ field }: BadRequest, response: Response): Promise<void> {
    const text = await response.text();
    assert.ok(text.length < 300_000, "the answer is much bigger than what it refuses");
    const { message, issues = [] } = errorAnswerSchema.parse(JSON.parse(text));
    assert.notEqual(message.trim(), "");
    assert.doesNotMatch(text, /\.ts:\d+|\\n +at /, "a stack trace");
    assert.deepEqual(this.#written, [], `refused with ${message}, and yet written`);
    if (field === null || response.status === 413) return;
    const names = [field, ...RELATED[field] ?? []];
    const isNamed = issues.some(({ path }) => names.some((name) => path.split(".")[0] === name));
    assert.ok(isNamed || message.includes(field), `"${field}" is not named by ${text.slice(0, 500)}`);
  }

  async #checkAnswer({ method, path }: BadRequest, response: Response): Promise<void> {
    const type = response.headers.get("content-type") ?? "";
    if (path.includes("follow") || type === "text/event-stream") return await response.body?.cancel();
    const text = await response.text();
    const group = response.headers.get("x-carillon-group");
    if (group !== null) this.#execution = `${group}-0000-001`;
    if (response.status === 201) await this.#checkStored(jobAnswerSchema.parse(JSON.parse(text)));
    else if (type.startsWith("application/json")) JSON.parse(text);
    if (method === "DELETE" || path.startsWith("/agent/v1/leave")) await this.#restock();
  }

  /** A job that was taken can be read again, as it was answered. */
  async #checkStored(job: z.infer<typeof jobAnswerSchema>): Promise<void> {
    const again = await this.#carillon.json("GET", `/v1/jobs/${encodeURIComponent(job.name)}`);
    assert.deepEqual(jobAnswerSchema.parse(again), job);
    for (const time of [job.next, job.starts_at, job.expires_at]) assert.match(time ?? "0000-", /^\d{4}-/);
    if (job.name === "good") this.#uid = job.uid;
  }

  async #restock(): Promise<void> {
    const job = await this.#carillon.json("POST", "/v1/jobs", VALID_JOB);
    this.#uid = String(job.uid);
    const headers = { "carillon-protocol": "1" };
    for (const name of ["fuzz", "n1"]) {
      const body = JSON.stringify({ ...AGENT_BODIES.register, name, results: [] });
      await this.#carillon.request("/agent/v1/register", { method: "POST", headers, body });
    }
    const run = await this.#carillon.request("/v1/jobs/good/run?force", { method: "POST" });
    await run.body?.cancel();
    this.#execution = `${run.headers.get("x-carillon-group")}-0000-001`;
  }
}
