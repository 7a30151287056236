import { deepEqual, equal, ok } from "node:assert/strict";
import { type Engine, openMemory } from "../../src/kv/mod.ts";
import { type Carillon, startCarillon } from "../support/carillon.ts";
import { eventually } from "../support/eventually.ts";
import { TESTER } from "../support/tester.ts";

const job = { schedule: "@manually", executor: "shell", executor_config: { command: "true" } };

interface Told {
  kind: string;
  job?: string;
  state?: string;
  change?: string;
  node?: string;
}

/** A reader of the events of a server: what it has been told, the last id, resets. */
class Reader {
  readonly told: Told[] = [];
  resets = 0;
  last = "";
  ended = false;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
    void this.#read();
  }

  static async open(carillon: Carillon, query = "", headers: Record<string, string> = {}): Promise<Reader> {
    const answer = await carillon.request(`/v1/events${query}`, { headers });
    equal(answer.status, 200);
    if (!answer.body) throw new Error("no stream");
    return new Reader(answer.body);
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    let text = "";
    for (let next = await this.#reader.read(); !next.done; next = await this.#reader.read()) {
      text += decoder.decode(next.value, { stream: true });
      const messages = text.split("\n\n");
      text = messages.pop() ?? "";
      for (const message of messages) this.#take(message);
    }
    this.ended = true;
  }

  #take(message: string): void {
    const [, id, event, data] = /^id: (.*)\nevent: (.*)\ndata: (.*)$/.exec(message) ?? [];
    if (id === undefined) return;
    this.last = id;
    if (event === "reset") this.resets++;
    else this.told.push(...JSON.parse(data ?? "[]"));
  }

  /** The states of a job's executions in the order in which they were told. */
  states(name: string): string[] {
    return this.told.flatMap((each) => each.kind === "execution" && each.job === name ? [each.state ?? ""] : []);
  }

  async close(): Promise<void> {
    await this.#reader.cancel();
  }
}

Deno.test("events tell of jobs, executions and nodes, and go on after the last one that was seen", async () => {
  await using carillon = await startCarillon();
  const { json } = carillon;
  const all = await Reader.open(carillon);
  const jobs = await Reader.open(carillon, "?kind=job&job=b");
  await json("POST", "/v1/jobs", { ...job, name: "a" });
  await json("POST", "/v1/jobs", { ...job, name: "b" });
  await json("POST", "/v1/jobs/a/run?wait=true");
  await json("POST", "/v1/members/n1/drain");
  await eventually(() => all.states("a").at(-1) === "success" && all.told.some(({ kind }) => kind === "node"));
  deepEqual(all.told.filter(({ kind }) => kind === "job").map(({ job, change }) => `${job} ${change}`), [
    "a stored",
    "b stored",
  ]);
  equal(all.states("a")[0], "queued");
  await eventually(() => jobs.told.length === 1);
  deepEqual(jobs.told.map(({ kind, job }) => [kind, job]), [["job", "b"]]);
  await all.close();
  await json("DELETE", "/v1/jobs/b");
  const again = await Reader.open(carillon, "", { "last-event-id": all.last });
  await eventually(() => again.told.some(({ change }) => change === "deleted"));
  deepEqual([again.resets, again.told.some(({ change }) => change === "stored")], [0, false]);
  for (const id of ["elsewhere-5", `${all.last}000`, "nonsense", "-1"]) {
    const lost = await Reader.open(carillon, "", { "last-event-id": id });
    await eventually(() => lost.resets === 1);
    ok(/^[0-9a-z]+-\d+$/.test(lost.last), id);
    await lost.close();
  }
  await Promise.all([jobs.close(), again.close()]);
});

Deno.test("events of one server are told at another one while somebody listens there", async () => {
  const memory = openMemory();
  const profile = { ...memory.profile, soleWriter: false, answersCanBeLost: true };
  const engine: Engine = { ...memory, profile, close: () => Promise.resolve() };
  await using there = await startCarillon({ engine });
  await using here = await startCarillon({ engine, agent: false });
  const reader = await Reader.open(here);
  await there.json("POST", "/v1/jobs", { ...job, name: "a" });
  let runs = 0;
  await eventually(async () => {
    await there.json("POST", "/v1/jobs/a/run?wait=true");
    runs++;
    return reader.states("a").includes("success");
  }, { withinMs: 20_000 });
  await there.json("POST", "/v1/jobs/a/toggle");
  await eventually(() => reader.told.some(({ kind, job }) => kind === "job" && job === "a"));
  ok(reader.states("a").filter((state) => state === "success").length <= runs);
  await reader.close();
});

Deno.test("events of a limited token are of its jobs alone, and end when it is revoked", async () => {
  await using carillon = await startCarillon({ asksTokens: true });
  const { tokens, jobs } = carillon.server;
  const admin = await tokens.create({ name: "root", role: "admin", scope: null, expiresAt: null }, TESTER);
  const scope = { jobs: [], metadata: { team: "a" } };
  const limited = await tokens.create({ name: "a", role: "viewer", scope, expiresAt: null }, TESTER);
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const reader = await Reader.open(carillon, "?kind=job", bearer(limited));
  const all = await Reader.open(carillon, "?kind=job", bearer(admin));
  for (const [name, team] of [["x", "b"], ["y", "a"]]) {
    const body = JSON.stringify({ ...job, name, metadata: { team } });
    const answer = await carillon.request("/v1/jobs", { method: "POST", headers: bearer(admin), body });
    equal(answer.status, 201, await answer.text());
  }
  await eventually(() => all.told.length === 2 && reader.told.length === 1);
  deepEqual(reader.told.map(({ job }) => job), ["y"]);
  await tokens.revoke((await tokens.holder(limited)).id, TESTER);
  await eventually(() => reader.ended);
  await jobs.toggle("y", { ifMatch: null }, TESTER);
  await eventually(() => all.told.length === 3);
  equal(reader.told.length, 1);
  await all.close();
});

Deno.test("events: a filter that cannot be read is told", async () => {
  await using carillon = await startCarillon({ agent: false });
  const answer = await carillon.request("/v1/events?kind=job,thing");
  deepEqual([answer.status, (await answer.json()).issues[0].path], [400, "kind"]);
});
