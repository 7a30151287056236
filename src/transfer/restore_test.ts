import assert from "node:assert/strict";
import { type Engine, openEmbedded, openMemory } from "../kv/mod.ts";
import type { ClusterPause } from "../model/mod.ts";
import {
  cursorKey,
  cursorTable,
  dueKey,
  duePrefix,
  executionPrefix,
  executionTable,
  fenceKey,
  fenceTable,
  groupTable,
  queuePrefix,
  runningPrefix,
  schemaKey,
  schemaTable,
  statKey,
  statTable,
} from "../store/mod.ts";
import { checkBackup } from "./restore.ts";
import { backUp, depsOf, fillStore, jobsOf, NOW, opened, recordsOf, restoreText, write } from "./stores_test.ts";

/** Kinds that differ after a restore: the cluster's own, and what only a running server has. */
const OF_THE_CLUSTER = ["schema", "fence", "graph", "slot"];

async function storeOf(how: { seed: number; open: boolean; jobs?: number }, engine: Engine = openMemory()) {
  await fillStore(engine, { jobs: 6, ...how });
  return engine;
}

Deno.test("restoreBackup() brings back every record of random jobs and their history", async () => {
  for (let seed = 1; seed <= 25; seed++) {
    const source = await storeOf({ seed, open: false });
    const target = openMemory();
    const counts = await restoreText(target, await backUp(source));
    assert.equal(counts.jobs, (await jobsOf(source)).length);
    assert.deepEqual(await recordsOf(target, OF_THE_CLUSTER), await recordsOf(source, OF_THE_CLUSTER), `seed ${seed}`);
    const edges = async (engine: Engine) => {
      const found = [...await recordsOf(engine)].filter(([key]) => key.startsWith("graph/edge"));
      return found;
    };
    assert.deepEqual(await edges(target), await edges(source), `seed ${seed}`);
    await Promise.all([source.close(), target.close()]);
  }
});

Deno.test("restoreBackup() goes between embedded and memory, and a second backup is the same but for its time", async () => {
  const source = await storeOf({ seed: 4, open: false }, await openEmbedded(":memory:"));
  const target = openMemory();
  const text = await backUp(source);
  await restoreText(target, text);
  const body = (whole: string) => whole.split("\n").slice(1, -2).join("\n");
  assert.equal(body(await backUp(target)), body(text));
  await Promise.all([source.close(), target.close()]);
});

Deno.test("restoreBackup() loses what ran, skips what was queued, counts both once, and leaves nothing open", async () => {
  const source = await storeOf({ seed: 7, open: true, jobs: 3 });
  // Their due times are accounted for.
  for (const { uid } of await jobsOf(source)) {
    const cursor = await source.kv.get(cursorKey(uid));
    const { dueAt } = cursorTable.decode(cursor.value ?? new Uint8Array());
    await write(source, cursorKey(uid), cursorTable.encode({ lastNominal: NOW, dueAt }));
  }
  const jobs = await jobsOf(source);
  const target = openMemory();
  const counts = await restoreText(target, await backUp(source));
  assert.deepEqual([counts.lost, counts.skipped], [jobs.length, jobs.length]);
  for (const prefix of [queuePrefix(), runningPrefix()]) {
    assert.deepEqual(await Array.fromAsync(target.kv.list({ prefix })), []);
  }
  for (const { uid } of jobs) {
    const entries = await Array.fromAsync(target.kv.list({ prefix: executionPrefix(uid) }));
    const executions = entries.filter(({ key }) => key.length === 4).map(({ value }) => executionTable.decode(value));
    const groups = entries.filter(({ key }) => key.length === 3).map(({ value }) => groupTable.decode(value));
    assert.deepEqual(executions.flatMap((each) => each.state === "running" ? [each.id] : []), []);
    const reasons = executions.flatMap((each) => "reason" in each && each.reason !== null ? [each.reason] : []).sort();
    assert.deepEqual(reasons.map((reason) => reason.split(", when it ")[1]), ["had not begun", "was running"]);
    assert.ok(groups.every(({ state }) => state === "ended"));
    const [before, after] = await Promise.all(
      [source, target].map(async ({ kv }) => statTable.decode((await kv.get(statKey(uid))).value ?? new Uint8Array())),
    );
    assert.equal(after?.errorCount, (before?.errorCount ?? 0) + 1);
    assert.equal(after?.successCount, before?.successCount);
  }
  await Promise.all([source.close(), target.close()]);
});

Deno.test("restoreBackup() keeps the cursor: times that went by since are due, not forgotten", async () => {
  const source = await storeOf({ seed: 3, open: false, jobs: 8 });
  const target = openMemory();
  await restoreText(target, await backUp(source));
  for (const { uid } of await jobsOf(source)) {
    const read = async ({ kv }: Engine) => cursorTable.decode((await kv.get(cursorKey(uid))).value ?? new Uint8Array());
    const cursor = await read(target);
    assert.deepEqual(cursor, await read(source));
    if (cursor.dueAt !== null) assert.notEqual((await target.kv.get(dueKey(cursor.dueAt, uid))).value, null);
  }
  assert.ok((await Array.fromAsync(target.kv.list({ prefix: duePrefix() }))).length > 0);
  await Promise.all([source.close(), target.close()]);
});

Deno.test("restoreBackup() keeps the pause of the cluster, and what is left of those before, under a new term", async () => {
  const source = await storeOf({ seed: 1, open: false });
  const how = { note: "deploy", by: "me" };
  const pauses: ClusterPause[] = [
    { ...how, from: NOW - 9_000, to: NOW - 5_000, policy: "last" },
    { ...how, from: NOW - 1_000, to: null, policy: "all" },
  ];
  await write(source, fenceKey(), fenceTable.encode({ term: 7, settings: { refuseNewJobs: true, pauses } }));
  const target = openMemory();
  await restoreText(target, await backUp(source));
  const fence = fenceTable.decode((await target.kv.get(fenceKey())).value ?? new Uint8Array());
  assert.deepEqual(fence, { term: 0, settings: { refuseNewJobs: true, pauses } });
  await Promise.all([source.close(), target.close()]);
});

Deno.test("restoreBackup() gives the store a new cluster id", async () => {
  const source = await storeOf({ seed: 1, open: false });
  const target = openMemory();
  await restoreText(target, await backUp(source));
  const clusterOf = async ({ kv }: Engine) => schemaTable.decode((await kv.get(schemaKey())).value ?? new Uint8Array());
  const [before, after] = [await clusterOf(source), await clusterOf(target)];
  assert.notEqual(after.cluster, before.cluster);
  assert.deepEqual({ ...after, cluster: "" }, { ...before, cluster: "" });
  await Promise.all([source.close(), target.close()]);
});

/** A backup with one line changed, its checksum left as it was. */
async function changedBackup(change: (lines: string[]) => string[]): Promise<string> {
  const source = await storeOf({ seed: 2, open: true });
  const lines = change((await backUp(source)).trimEnd().split("\n"));
  await source.close();
  return `${lines.join("\n")}\n`;
}

const replaceHeader = (text: string, by: object) => JSON.stringify({ ...JSON.parse(text), ...by });

const BAD: readonly { what: string; change: (lines: string[]) => string[]; says: RegExp }[] = [
  { what: "cut off at a line", change: (lines) => lines.slice(0, 5), says: /cut off after line 5: its end is missing/ },
  {
    what: "cut off within a line",
    change: (lines) => [...lines.slice(0, 5), lines[5]?.slice(0, 20) ?? ""],
    says: /line 6 is damaged or cut off/,
  },
  { what: "with a line gone", change: (lines) => lines.toSpliced(3, 1), says: /damaged: it should have \d+ lines/ },
  {
    what: "with a letter changed",
    change: (lines) => lines.map((line) => line.replace('"displayName":""', '"displayName":"x"')),
    says: /checksum does not fit/,
  },
  {
    what: "with a record of another shape",
    change: (lines) => lines.map((line) => line.replace('"cursor":{"lastNominal":', '"cursor":{"last":')),
    says: /line \d+ is damaged: cursor\.lastNominal/,
  },
  {
    what: "of a newer form",
    change: ([first = "", ...rest]) => [replaceHeader(first, { version: 9 }), ...rest],
    says: /its form is version 9, and this program reads up to 1/,
  },
  {
    what: "of a newer schema",
    change: ([first = "", ...rest]) => [replaceHeader(first, { schema: 7 }), ...rest],
    says: /its records are of schema 7, and this program reads up to 2/,
  },
  { what: "that is something else", change: () => ['{"a":1}'], says: /it is no backup of Carillon/ },
  { what: "that is empty", change: () => [], says: /line 1 is damaged|the file is empty/ },
  { what: "with more behind its end", change: (lines) => [...lines, "{}"], says: /something follows its end/ },
  {
    what: "with a foreign record",
    change: (lines) => lines.toSpliced(3, 0, '{"kind":"bytes","key":["lease"],"bytes":"AAAA"}'),
    says: /line 4 is no part of a backup: it holds "lease"/,
  },
];

for (const { what, change, says } of BAD) {
  Deno.test(`checkBackup() refuses a file ${what}, and names the place`, async () => {
    const text = await changedBackup(change);
    const engine = openMemory();
    await assert.rejects(async () => await checkBackup(await opened(text), depsOf(engine)), says);
    assert.equal((await recordsOf(engine)).size, 0);
    await engine.close();
  });
}

Deno.test("readBackup() reads gzip, and refuses one that is cut off", async () => {
  const source = await storeOf({ seed: 2, open: false });
  const text = await backUp(source);
  const zipped = await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"))).bytes();
  const engine = openMemory();
  assert.ok((await checkBackup(await opened(zipped), depsOf(engine))).jobs > 0);
  const cut = zipped.slice(0, zipped.length - 100);
  await assert.rejects(async () => await checkBackup(await opened(cut), depsOf(engine)), /damaged or cut off/);
  await Promise.all([source.close(), engine.close()]);
});
