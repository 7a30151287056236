import assert from "node:assert/strict";
import { type Engine, type KvKey, openMemory } from "../../kv/mod.ts";
import { cursorKey, dueKey, duePrefix, edgeKey, edgePrefix, edgeTable, heldKey, heldPrefix } from "../../store/mod.ts";
import { depsOf, fillStore, jobsOf, NOW, recordsOf, write } from "../stores_test.ts";
import { repairStore as repairWhole } from "./repair.ts";

/** The zone of the cluster that these stores are of. */
const HOW = { timezone: "Europe/Berlin" };

/** Jobs with times, pauses and parents. */
async function filled(seed = 21): Promise<Engine> {
  const engine = openMemory();
  await fillStore(engine, { seed, jobs: 40, open: false });
  return engine;
}

/** Repairs, and answers what was found. */
async function repairStore(deps: ReturnType<typeof depsOf>, how: { timezone: string; dryRun: boolean }) {
  const { found, unreadable } = await repairWhole(deps, how);
  assert.equal(unreadable, 0);
  return found.map(({ what }) => what);
}

const keysOf = async (engine: Engine, prefix: KvKey) =>
  (await Array.fromAsync(engine.kv.list({ prefix }))).map(({ key }) => key);

Deno.test("repairStore() finds nothing in stores as servers write them", async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const engine = await filled(seed);
    assert.deepEqual(await repairStore(depsOf(engine), { ...HOW, dryRun: false }), [], `seed ${seed}`);
    await engine.close();
  }
});

Deno.test("repairStore() makes the due index, edges and held marks anew from the jobs and cursors", async () => {
  const engine = await filled();
  const before = await recordsOf(engine);
  const gone = (await Promise.all([duePrefix(), edgePrefix(), heldPrefix()].map((each) => keysOf(engine, each))))
    .flat();
  assert.ok(gone.length > 20);
  for (const key of gone) await write(engine, key, null);
  const found = await repairStore(depsOf(engine), { ...HOW, dryRun: true });
  assert.equal(found.length, gone.length);
  assert.deepEqual(await repairStore(depsOf(engine), { ...HOW, dryRun: false }), found);
  assert.deepEqual(await recordsOf(engine), before);
  assert.deepEqual(await repairStore(depsOf(engine), { ...HOW, dryRun: true }), []);
  await engine.close();
});

Deno.test("repairStore() removes what stands for jobs that are gone, and due entries beside the right one", async () => {
  const engine = await filled();
  const before = await recordsOf(engine);
  const [due] = await Array.fromAsync(engine.kv.list({ prefix: duePrefix() }));
  const paused = new Set((await keysOf(engine, heldPrefix())).map((key) => key[1]));
  const running = (await jobsOf(engine)).find(({ uid }) => !paused.has(uid));
  if (!due || !running) return assert.fail();
  await write(engine, dueKey(NOW + 99_000_000_000, String(due.key[2])), due.value);
  await write(engine, dueKey(NOW, "nobody"), due.value);
  await write(engine, edgeKey("nobody"), edgeTable.encode({ uid: "u", parents: [], join: "all" }));
  await write(engine, heldKey(running.uid), new TextEncoder().encode('{"v":1,"from":1}'));
  const found = await repairStore(depsOf(engine), { ...HOW, dryRun: false });
  assert.equal(found.length, 4);
  assert.ok(found.some((line) => /^job "job\d+": it has more than one due entry$/.test(line)), found.join("\n"));
  assert.deepEqual(await recordsOf(engine), before);
  await engine.close();
});

Deno.test("repairStore() makes a missing cursor of the due entry", async () => {
  const engine = await filled();
  const [due] = await Array.fromAsync(engine.kv.list({ prefix: duePrefix() }));
  if (!due) return assert.fail();
  await write(engine, cursorKey(String(due.key[2])), null);
  const found = await repairStore(depsOf(engine), { ...HOW, dryRun: false });
  assert.match(found.join(), /^job "job\d+": its cursor is missing$/);
  assert.deepEqual(await repairStore(depsOf(engine), { ...HOW, dryRun: true }), []);
  await engine.close();
});
