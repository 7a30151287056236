import assert from "node:assert/strict";
import { STATES_ON_WIRE } from "../../routes/wire/execution_answer.ts";
import { CarillonProcess, WITHIN } from "../support/carillon_process.ts";
import { eventually } from "../support/eventually.ts";
import type { NamedStore } from "./empty_store.ts";

/** An execution as the API shows it, with its output as base64. */
interface ShownExecution {
  id: string;
  job_name: string;
  state: string;
  reason: string | null;
  output: string;
}

/** All that the API shows of jobs and what ran. */
export interface ApiView {
  jobs: Record<string, unknown>[];
  executions: ShownExecution[];
}

/** A data directory of a server that has stopped, and what that showed at the end. */
export interface FilledStore extends NamedStore, AsyncDisposable {
  /** A folder for what else a test needs. */
  dir: string;
  view: ApiView;
}

const headers = { "content-type": "application/json", "carillon-protocol": "1" };

/** Executions in any state: without being asked a list shows none that has not begun. */
const ALL_STATES = STATES_ON_WIRE.join(",");

/** What a server shows. */
export async function viewOf(url: string): Promise<ApiView> {
  const read = async (path: string) => {
    const answer = await fetch(url + path);
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return answer;
  };
  const jobs: ApiView["jobs"] = await (await read("/v1/jobs")).json();
  const executions: ShownExecution[] = [];
  for (const { name } of jobs) {
    const path = `/v1/jobs/${String(name)}/executions`;
    const found: ShownExecution[] = await (await read(`${path}?state=${ALL_STATES}`)).json();
    for (const each of found.toSorted((a, b) => a.id < b.id ? -1 : 1)) {
      const output = await (await read(`${path}/${each.id}/output`)).bytes();
      executions.push({ ...each, output: output.toBase64() });
    }
  }
  return { jobs, executions };
}

const shell = (command: string) => ({
  ...{ schedule: "@manually", executor: "shell", executor_config: { command, shell: true }, target: "one" },
});

/** Bytes that are no text, more than one piece of output. */
const BIG = "head -c 200000 /dev/urandom";

const CROWD = { target: "all", tags: { role: "crowd" }, concurrency: "queue" };

const JOBS: readonly ({ name: string } & Record<string, unknown>)[] = [
  { name: "ticking", ...shell("echo what it says; echo and more >&2"), schedule: "@every 1s" },
  { name: "big", ...shell(BIG) },
  { name: "tried-again", ...shell("exit 3"), retry: { attempts: 2, delay: "1h" } },
  { name: "parent", ...shell("echo ended") },
  { name: "child", ...shell("echo followed"), schedule: "", parent_job: "parent" },
  { name: "waits", ...shell("true"), tags: { role: "nobody" }, concurrency: "queue" },
  { name: "crowd", ...shell("true"), ...CROWD },
  { name: "yearly", displayname: "Once", ...shell("true"), schedule: "@yearly", timezone: "Europe/Berlin" },
  { name: "paused", ...shell("true"), schedule: "@every 1000h" },
];

/** Nodes of the crowd: more than the start of a group makes runs for. */
const CROWD_SIZE = 50;

/** Gives a server jobs with history, output, a retry, runs that wait for a node or at a gate, and targets still to be made. */
async function fill(url: string): Promise<ApiView> {
  const send = async (method: string, path: string, body: object = {}) => {
    const answer = await fetch(url + path, { method, headers, body: JSON.stringify(body) });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  };
  for (let n = 0; n < CROWD_SIZE; n++) {
    const node = { name: `c${n}`, id: `c${n}`, incarnation: `c${n}`, tags: CROWD.tags, slots: 1 };
    await send("POST", "/agent/v1/register", { ...node, executors: ["shell"], version: "1", server: false });
  }
  for (const job of JOBS) await send("POST", "/v1/jobs", job);
  await send("POST", "/v1/jobs", { ...shell("true"), name: "yearly", schedule: "@yearly" });
  for (const name of ["big", "tried-again", "parent", "waits", "waits", "crowd", "crowd"]) {
    await send("POST", `/v1/jobs/${name}/run`);
  }
  await send("POST", "/v1/jobs/paused/pause");
  await send("POST", "/v1/join-tokens");
  const count = ({ executions }: ApiView, name: string, state: string) =>
    executions.filter((each) => each.job_name === name && each.state === state).length;
  await eventually(async () => count(await viewOf(url), "ticking", "success") >= 3, WITHIN);
  await send("POST", "/v1/jobs/ticking/toggle");
  return await eventually(async () => {
    const view = await viewOf(url);
    const isDone = ["big", "parent", "child"].every((name) => count(view, name, "success") === 1);
    const isStill = view.executions.every(({ job_name: name, state }) => name !== "ticking" || state === "success");
    const isTriedAgain = count(view, "tried-again", "failed") === 1 && count(view, "tried-again", "queued") === 1;
    return isDone && isStill && isTriedAgain && count(view, "crowd", "queued") === 2 * CROWD_SIZE && view;
  }, WITHIN);
}

/** The files of a store that a server of its own has filled, and what it showed. */
async function filledFiles(): Promise<{ files: Map<string, Uint8Array>; view: ApiView }> {
  const dir = await Deno.makeTempDir({ prefix: "carillon-filled-" });
  const args = ["start", "--server", "--node-name", "n1", "--data-dir", dir, "--http-addr", "127.0.0.1:0"];
  await using server = new CarillonProcess(args);
  const [, url = ""] = await server.says(/is up .*url=(http:\S+)/);
  const view = await fill(url);
  assert.equal(await server.end("SIGTERM"), 0);
  const files = new Map<string, Uint8Array>();
  for await (const { name, isFile } of Deno.readDir(dir)) {
    if (isFile) files.set(name, await Deno.readFile(`${dir}/${name}`));
  }
  await Deno.remove(dir, { recursive: true });
  return { files, view };
}

/** A store that is filled once: each test gets a copy of it. */
export class FilledStores {
  readonly #made = Promise.withResolvers<Awaited<ReturnType<typeof filledFiles>>>();
  #begun = false;

  /** A copy of it. */
  async copy(): Promise<FilledStore> {
    if (!this.#begun) filledFiles().then(this.#made.resolve, this.#made.reject);
    this.#begun = true;
    const { files, view } = await this.#made.promise;
    const dir = await Deno.makeTempDir({ prefix: "carillon-moving-" });
    const kv = `${dir}/filled`;
    await Deno.mkdir(kv);
    for (const [name, bytes] of files) await Deno.writeFile(`${kv}/${name}`, bytes);
    return { kv, env: {}, dir, view, [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }) };
  }
}
