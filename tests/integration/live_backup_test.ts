import assert from "node:assert/strict";
import { join } from "node:path";
import { openEmbedded, openMemory } from "../../src/kv/mod.ts";
import { type Cursor, isEnded } from "../../src/model/mod.ts";
import { silentLog, systemClock, systemRandom } from "../../src/runtime/mod.ts";
import { cursorKey, cursorTable, executionPrefix, executionTable, jobPrefix, jobTable } from "../../src/store/mod.ts";
import { Backup, backupText, readBackup, restoreBackup } from "../../src/transfer/mod.ts";
import { startCarillon } from "../support/carillon.ts";
import { eventually } from "../support/eventually.ts";

const JOBS = 20;

/** A restored job: how far its times are accounted for, and the due times of its executions. */
async function restoredJobs(text: string): Promise<{ cursor: Cursor; dueTimes: number[] }[]> {
  const engine = openMemory();
  const deps = { engine, clock: systemClock, random: systemRandom, log: silentLog };
  await restoreBackup(await readBackup(new Blob([text]).stream(), "live"), deps);
  const jobs = [];
  for await (const entry of engine.kv.list({ prefix: jobPrefix() })) {
    const { uid } = jobTable.decode(entry.value);
    const cursor = cursorTable.decode((await engine.kv.get(cursorKey(uid))).value ?? new Uint8Array());
    const found = await Array.fromAsync(engine.kv.list({ prefix: executionPrefix(uid) }));
    const executions = found.map(({ value }) => executionTable.decode(value));
    assert.ok(executions.every(isEnded));
    jobs.push({ cursor, dueTimes: executions.map(({ dueAt }) => dueAt ?? 0).sort((a, b) => a - b) });
  }
  await engine.close();
  return jobs;
}

/** A server on the restored store shows what was, and what was missed and what is due runs. */
async function serverGoesOnWith(text: string): Promise<void> {
  const dataDir = await Deno.makeTempDir({ prefix: "carillon-restored-" });
  const engine = await openEmbedded(join(dataDir, "carillon.sqlite3"));
  const deps = { engine, clock: systemClock, random: systemRandom, log: silentLog };
  const before = await restoreBackup(await readBackup(new Blob([text]).stream(), "live"), deps);
  await engine.close();
  {
    await using carillon = await startCarillon({ dataDir });
    for (let n = 0; n < JOBS; n++) {
      const path = `/v1/jobs/j${n}/executions`;
      const kept = Math.floor(before.executions / JOBS) - 1;
      await eventually(async () => (await carillon.json<unknown[]>("GET", path)).length > kept + 2);
    }
    assert.equal(carillon.server.store.unreadable, 0);
  }
  await Deno.remove(dataDir, { recursive: true });
}

Deno.test("a backup of a store whose server fires accounts for every time of each job, once", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "carillon-live-" });
  let last = "";
  {
    await using carillon = await startCarillon({ dataDir });
    for (let n = 0; n < JOBS; n++) {
      const job = { name: `j${n}`, schedule: "@every 1s", executor: "shell", executor_config: { command: "true" } };
      await carillon.json("POST", "/v1/jobs", job);
    }
    const runs = async () => (await carillon.json<unknown[]>("GET", `/v1/jobs/j${JOBS - 1}/executions`)).length;
    await eventually(async () => await runs() >= 1);
    const second = await openEmbedded(join(dataDir, "carillon.sqlite3"));
    const texts: string[] = [];
    while (await runs() < 4) {
      const backup = new Backup({ engine: second, clock: systemClock, log: silentLog });
      texts.push(await new Blob(await Array.fromAsync(backupText(await backup.header(), backup.lines()))).text());
    }
    await second.close();
    last = texts.at(-1) ?? "";
    assert.ok(texts.length > 3);
    for (const text of texts) {
      const jobs = await restoredJobs(text);
      assert.equal(jobs.length, JOBS);
      for (const { cursor, dueTimes } of jobs) {
        dueTimes.slice(1).forEach((time, at) => assert.equal(time - (dueTimes[at] ?? 0), 1_000));
        assert.equal(dueTimes.at(-1), cursor.lastNominal);
      }
    }
  }
  await Deno.remove(dataDir, { recursive: true });
  await serverGoesOnWith(last);
});
