import assert from "node:assert/strict";
import { join } from "node:path";
import { CarillonProcess, WITHIN } from "../../../tests/support/carillon_process.ts";
import { eventually } from "../../../tests/support/eventually.ts";
import { type Engine, type KvEntry, type KvKey, openEmbedded, openMemory } from "../../kv/mod.ts";
import type { Execution, Group } from "../../model/mod.ts";
import { silentLog, systemClock, systemRandom } from "../../runtime/mod.ts";
import {
  executionPrefix,
  executionTable,
  groupTable,
  queuePrefix,
  runningPrefix,
  unmadePrefix,
} from "../../store/mod.ts";
import { copyStore } from "../copy.ts";
import { jobsOf } from "../stores_test.ts";
import { repairStore } from "./repair.ts";

/** What a repair of these stores works with. */
export const depsOf = (engine: Engine) => ({ engine, clock: systemClock, random: systemRandom, log: silentLog });

/** Repairs a store, or only shows what is wrong; answers the lines. */
export async function repaired(engine: Engine, dryRun = false): Promise<string[]> {
  const { found } = await repairStore(depsOf(engine), { dryRun, timezone: "UTC" });
  return found.map(({ what }) => what);
}

const shell = (command: string) => ({ executor: "shell", executor_config: { command }, target: "one" });

const CROWD_OF = { target: "all", tags: { role: "crowd" } };

/** What still runs when its server is killed ends by itself soon. */
const LONG = "sleep 20";

/** Sends JSON; answers what came back. */
async function send(url: string, body: object = {}): Promise<{ success_count?: number }> {
  const headers = { "content-type": "application/json", "carillon-protocol": "1" };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  assert.ok(answer.ok, `${url}: ${answer.status}`);
  return await answer.json();
}

/** Nodes of a crowd: more than the start of a group makes runs for. */
const CROWD = 50;

/** Has one run and one that waits at its gate, lone ones that wait for a node, one for each of two nodes, and crowds. */
async function makeBusy(server: string): Promise<void> {
  const put = (job: object) => send(`${server}/v1/jobs`, job);
  await put({ name: "gated", schedule: "@manually", concurrency: "queue", ...shell(LONG) });
  await put({ name: "plain", schedule: "@manually", ...shell(LONG) });
  await put({ name: "fast", schedule: "@manually", ...shell("true") });
  await put({ name: "far", schedule: "@every 1s", start_deadline: "3s", ...shell("true"), tags: { role: "none" } });
  for (const name of ["gated", "gated", "plain", "fast"]) await send(`${server}/v1/jobs/${name}/run`);
  const join = (name: string, role: string) =>
    send(`${server}/agent/v1/register`, {
      ...{ name, id: name, incarnation: name, tags: { role }, slots: 1 },
      ...{ executors: ["shell"], version: "1", server: false },
    });
  await join("n2", "other");
  await put({ name: "both", schedule: "@manually", start_deadline: "3s", ...shell(LONG), target: "all" });
  await send(`${server}/v1/jobs/both/run`);
  for (let n = 0; n < CROWD; n++) await join(`c${n}`, "crowd");
  await put({ name: "crowd", schedule: "@manually", ...shell("true"), concurrency: "queue", ...CROWD_OF });
  for (let n = 0; n < 2; n++) await send(`${server}/v1/jobs/crowd/run`);
}

/** Whether all that it has to do is under way. */
async function isBusy(engine: Engine): Promise<boolean> {
  const count = async (prefix: KvKey) => (await entriesOf(engine, prefix)).length;
  const fast = await runOf(engine, "fast", executionPrefix()).catch(() => undefined);
  const isCrowded = await count(queuePrefix()) >= CROWD + 3 && await count(unmadePrefix()) === 1;
  return fast?.execution.state === "success" && await count(runningPrefix()) === 3 && isCrowded;
}

/** A store whose server was killed while it had work of every kind, in memory. */
async function busyStore(): Promise<Engine> {
  const dataDir = await Deno.makeTempDir({ prefix: "carillon-repair-" });
  const args = ["start", "--server", "--node-name", "n1", "--data-dir", dataDir, "--http-addr", "127.0.0.1:0"];
  await using server = new CarillonProcess(args);
  const [, url = ""] = await server.says(/url=(http:\S+)/);
  await makeBusy(url);
  const stored = await openEmbedded(join(dataDir, "carillon.sqlite3"));
  await eventually(() => isBusy(stored), WITHIN);
  await send(`${url}/v1/jobs/far/toggle`);
  await server.end("SIGKILL");
  const memory = openMemory();
  await copyStore(stored, depsOf(memory));
  await stored.close();
  await Deno.remove(dataDir, { recursive: true });
  return memory;
}

/** One such store for all tests of a file: each works on a copy. */
export class BusyStore {
  readonly #made = Promise.withResolvers<Engine>();
  #begun = false;

  /** A copy of it. */
  async copy(): Promise<Engine> {
    if (!this.#begun) busyStore().then(this.#made.resolve, this.#made.reject);
    this.#begun = true;
    const copy = openMemory();
    await copyStore(await this.#made.promise, depsOf(copy));
    return copy;
  }
}

/** The uid of a job. */
export async function uidOf(engine: Engine, name: string): Promise<string> {
  return (await jobsOf(engine)).find(({ definition }) => definition.name === name)?.uid ?? assert.fail(name);
}

/** All records of a range. */
export const entriesOf = (engine: Engine, prefix: KvKey): Promise<KvEntry[]> =>
  Array.fromAsync(engine.kv.list({ prefix }));

/** A record of an open execution of a job, by where it stands. */
export async function runOf(
  engine: Engine,
  jobName: string,
  prefix: KvKey,
): Promise<{ key: KvKey; execution: Execution }> {
  for (const { key, value } of await entriesOf(engine, prefix)) {
    if (key[0] === executionPrefix()[0] && key.length !== executionTable.keyParts) continue;
    const execution = executionTable.decode(value);
    if (execution.jobName === jobName) return { key, execution };
  }
  return assert.fail(`no run of ${jobName} under ${prefix}`);
}

/** A group of a job in a state. */
export async function groupOf(
  engine: Engine,
  jobName: string,
  state: Group["state"],
): Promise<{ key: KvKey; group: Group }> {
  for (const { key, value } of await entriesOf(engine, executionPrefix())) {
    if (key.length !== groupTable.keyParts) continue;
    const group = groupTable.decode(value);
    if (group.jobName === jobName && group.state === state) return { key, group };
  }
  return assert.fail(`no ${state} group of ${jobName}`);
}
