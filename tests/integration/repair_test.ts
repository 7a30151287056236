import assert from "node:assert/strict";
import { join } from "node:path";
import { openEmbedded } from "../../src/kv/mod.ts";
import { silentLog, systemClock, systemRandom } from "../../src/runtime/mod.ts";
import {
  effectPrefix,
  executionPrefix,
  executionTable,
  gatePrefix,
  groupTable,
  queuePrefix,
  runningPrefix,
  selectorPrefix,
  unmadePrefix,
} from "../../src/store/mod.ts";
import { repairStore } from "../../src/transfer/mod.ts";
import { CarillonProcess, WITHIN } from "../support/carillon_process.ts";
import { eventually } from "../support/eventually.ts";

/** How often a busy server is killed. */
const ROUNDS = 5;

type Answer = Record<string, unknown>;

/** A server on a data directory, with its own agent. */
async function serve(dataDir: string) {
  const args = ["start", "--server", "--node-name", "n1", "--data-dir", dataDir, "--http-addr", "127.0.0.1:0"];
  const server = new CarillonProcess(args);
  const [, url = ""] = await server.says(/url=(http:\S+)/);
  const send = async (method: string, path: string, body?: object): Promise<Answer[] & Answer> => {
    const headers = { "content-type": "application/json", "carillon-protocol": "1" };
    const answer = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    assert.ok(answer.ok || answer.status === 409, `${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(answer.ok ? text : "[]");
  };
  return Object.assign(server, { url, send });
}

async function repair(dataDir: string, dryRun: boolean): Promise<string[]> {
  const engine = await openEmbedded(join(dataDir, "carillon.sqlite3"));
  const deps = { engine, clock: systemClock, random: systemRandom, log: silentLog };
  const { found, unreadable } = await repairStore(deps, { dryRun, timezone: "UTC" });
  await engine.close();
  assert.equal(unreadable, 0);
  return found.map(({ what }) => what);
}

const shell = (command: string) => ({ executor: "shell", executor_config: { command, shell: true }, target: "one" });

/** Nodes that ask for nothing, more than a page of targets of them: what is meant for them is skipped in the end. */
const CROWD_SIZE = 120;
const CROWD = { target: "all", tags: { role: "crowd" } };

async function joinCrowd({ send }: Awaited<ReturnType<typeof serve>>): Promise<void> {
  for (let n = 0; n < CROWD_SIZE; n++) {
    const node = { name: `c${n}`, id: `c${n}`, incarnation: `c${n}`, tags: CROWD.tags, slots: 1 };
    await send("POST", "/agent/v1/register", { ...node, executors: ["shell"], version: "1", server: false });
  }
}

/** Jobs that between them go through every kind of record, again and again. */
const JOBS: readonly object[] = [
  ...Array.from({ length: 10 }, (_, n) => ({ name: `plain${n}`, schedule: "@every 1s", ...shell("true") })),
  { name: "slow", schedule: "@every 1s", ...shell("sleep 0.4") },
  { name: "forbid", schedule: "@every 1s", concurrency: "forbid", ...shell("sleep 1.3") },
  { name: "queue", schedule: "@every 1s", concurrency: "queue", queue_limit: 5, ...shell("sleep 0.7") },
  { name: "replace", schedule: "@every 1s", concurrency: "replace", ...shell("sleep 2") },
  { name: "key1", schedule: "@every 1s", concurrency: "queue", concurrency_key: "k", ...shell("sleep 0.4") },
  { name: "key2", schedule: "@every 1s", concurrency: "queue", concurrency_key: "k", ...shell("sleep 0.4") },
  { name: "flaky", schedule: "@every 1s", retry: { attempts: 2, delay: "300ms" }, ...shell("false") },
  { name: "flaky-gated", schedule: "@every 1s", concurrency: "queue", retries: 1, ...shell("false") },
  { name: "far", schedule: "@every 1s", tags: { role: "none" }, start_deadline: "3s", ...shell("true") },
  { name: "after", schedule: "@after_end 1s", ...shell("true") },
  { name: "parent", schedule: "@every 1s", ...shell("true") },
  { name: "child", parent_job: "parent", ...shell("true") },
  { name: "crowd", schedule: "@every 1s", concurrency: "queue", start_deadline: "2s", ...shell("true"), ...CROWD },
  { name: "paused", schedule: "@every 1s", ...shell("true") },
];

/** Changes jobs all the time, until the server is gone. */
async function disturb({ send }: Awaited<ReturnType<typeof serve>>): Promise<void> {
  for (let n = 0;; n++) {
    const body = { name: "brief", schedule: "@every 1s", ...shell("sleep 0.1") };
    try {
      await send("POST", "/v1/jobs", body);
      for (const name of ["brief", "slow", "queue", "replace", "forbid"]) await send("POST", `/v1/jobs/${name}/run`);
      await send("POST", `/v1/jobs/paused/${n % 2 === 0 ? "pause" : "unpause"}`, {});
      await send("POST", "/v1/jobs", { ...body, name: "edited", concurrency: n % 2 === 0 ? "allow" : "forbid" });
      await send("DELETE", `/v1/jobs/brief?cancel=${n % 2 === 0}`);
    } catch (thrown) {
      if (thrown instanceof assert.AssertionError) throw thrown;
      return; // the server is gone
    }
  }
}

Deno.test("repairStore() finds nothing in the store of a busy server, wherever SIGKILL meets it", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "carillon-busy-" });
  for (let round = 0; round < ROUNDS; round++) {
    await using server = await serve(dataDir);
    await joinCrowd(server);
    if (round === 0) { for (const job of JOBS) await server.send("POST", "/v1/jobs", job); }
    const before = (await server.send("GET", "/v1/jobs/plain0")).success_count;
    const disturbing = disturb(server);
    const more = async () => Number((await server.send("GET", "/v1/jobs/plain0")).success_count) > Number(before) + 1;
    await eventually(more, WITHIN);
    await server.end("SIGKILL");
    await disturbing;
    assert.deepEqual(await repair(dataDir, true), [], `round ${round}`);
  }
  await Deno.remove(dataDir, { recursive: true });
});

/** Takes every derived record away that may go missing, and some that are the only ones of their run. */
async function damage(dataDir: string): Promise<void> {
  const engine = await openEmbedded(join(dataDir, "carillon.sqlite3"));
  for (const prefix of [["due"], gatePrefix(), selectorPrefix(), ["graph", "edge"], ["held"], ["taken"]]) {
    for await (const { key } of engine.kv.list({ prefix })) await engine.kv.atomic().delete(key).commit();
  }
  const marks = await Array.fromAsync(engine.kv.list({ prefix: runningPrefix() }));
  const queued = await Array.fromAsync(engine.kv.list({ prefix: queuePrefix() }));
  const groups = (await Array.fromAsync(engine.kv.list({ prefix: executionPrefix() })))
    .filter(({ key }) => key.length === groupTable.keyParts);
  const open = groups.filter(({ value }) => groupTable.decode(value).state !== "ended");
  const gone = [...marks.slice(0, 1), ...queued.slice(0, 1), ...open.filter((_, n) => n % 2 === 0)];
  for (const { key } of gone) await engine.kv.atomic().delete(key).commit();
  await engine.close();
}

/** How many records there are of runs that are not over, gates that somebody holds, and effects that are owed. */
async function leftOpen(dataDir: string): Promise<number> {
  const engine = await openEmbedded(join(dataDir, "carillon.sqlite3"));
  let open = 0;
  for (const prefix of [queuePrefix(), runningPrefix(), effectPrefix(), unmadePrefix()]) {
    open += (await Array.fromAsync(engine.kv.list({ prefix }))).length;
  }
  for await (const { value } of engine.kv.list({ prefix: gatePrefix() })) {
    if (!new TextDecoder().decode(value).includes('"holders":[],"waiting":[],"superseded":[]')) open++;
  }
  for await (const { key, value } of engine.kv.list({ prefix: executionPrefix() })) {
    const table = key.length === groupTable.keyParts ? groupTable : executionTable;
    if (["waiting", "open", "queued"].includes(table.decode(value).state)) open++;
  }
  await engine.close();
  return open;
}

Deno.test("a server goes on with a store that was damaged in all its parts and repaired", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "carillon-damaged-" });
  {
    await using server = await serve(dataDir);
    await joinCrowd(server);
    for (const job of JOBS) await server.send("POST", "/v1/jobs", job);
    const disturbing = disturb(server);
    await eventually(async () => Number((await server.send("GET", "/v1/jobs/plain0")).success_count) > 2, WITHIN);
    await server.end("SIGKILL");
    await disturbing;
  }
  await damage(dataDir);
  assert.ok((await repair(dataDir, false)).length > JOBS.length);
  assert.deepEqual(await repair(dataDir, false), []);
  await using server = await serve(dataDir);
  const ended = async (name: string) => {
    const { success_count, error_count } = await server.send("GET", `/v1/jobs/${name}`);
    return Number(success_count) + Number(error_count);
  };
  await server.send("POST", "/v1/jobs/paused/unpause", {});
  const names = [
    "plain9",
    "slow",
    "forbid",
    "queue",
    "key1",
    "key2",
    "flaky",
    "flaky-gated",
    "after",
    "child",
    "paused",
  ];
  for (const name of names) {
    const before = await ended(name);
    await eventually(async () => await ended(name) > before, { ...WITHIN, what: name });
  }
  // A parent stays as long as it has children.
  await server.send("DELETE", "/v1/jobs/child");
  for (const { name } of await server.send("GET", "/v1/jobs")) await server.send("DELETE", `/v1/jobs/${name}`);
  await eventually(async () => await leftOpen(dataDir) === 0, { ...WITHIN, what: "nothing left open" });
  assert.equal(await server.end("SIGTERM"), 0);
  assert.deepEqual(await repair(dataDir, true), []);
  await Deno.remove(dataDir, { recursive: true });
});
