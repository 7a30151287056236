import assert from "node:assert/strict";
import { openMemory } from "../kv/mod.ts";
import { silentLog, systemRandom } from "../runtime/mod.ts";
import { claimSchema, Store } from "../store/mod.ts";
import { Committer, GroupCommitter } from "../kv/mod.ts";
import { backUp, depsOf, fillStore, opened, recordsOf, restoreText, setOf, write } from "./stores_test.ts";
import { contentOf, Filling, refuseFull } from "./target.ts";
import { restoreBackup } from "./restore.ts";

const HOW = { name: "there", what: "restore" };

Deno.test("refuseFull() refuses a store that holds something unless it may be replaced", async () => {
  await using stack = new AsyncDisposableStack();
  const engine = stack.adopt(openMemory(), (each) => each.close());
  await refuseFull(engine, { ...HOW, replace: false });
  await fillStore(engine, { seed: 1, jobs: 2, open: false });
  await assert.rejects(
    refuseFull(engine, { ...HOW, replace: false }),
    /Cannot restore into "there": it holds \d+ records; take an empty store, or remove them with --replace/,
  );
  await refuseFull(engine, { ...HOW, replace: true });
});

Deno.test("restoreBackup() into a store that held something leaves nothing of it", async () => {
  await using stack = new AsyncDisposableStack();
  const [source, used, fresh] = [1, 2, 3].map(() => stack.adopt(openMemory(), (each) => each.close()));
  if (!source || !used || !fresh) return assert.fail();
  await fillStore(source, { seed: 5, jobs: 5, open: false });
  await fillStore(used, { seed: 6, jobs: 9, open: true });
  const text = await backUp(source);
  await restoreText(used, text);
  await restoreText(fresh, text);
  assert.deepEqual(await recordsOf(used, ["schema"]), await recordsOf(fresh, ["schema"]));
});

Deno.test("a restore that breaks off leaves a store that no server starts on, and that the next restore fills", async () => {
  await using stack = new AsyncDisposableStack();
  const [source, target] = [1, 2].map(() => stack.adopt(openMemory(), (each) => each.close()));
  if (!source || !target) return assert.fail();
  await fillStore(source, { seed: 5, jobs: 5, open: false });
  const text = await backUp(source);
  const cut = text.slice(0, text.length / 2);
  await assert.rejects(async () => await restoreBackup(await opened(cut), depsOf(target)), /cut off/);
  const deps = depsOf(target);
  const committer = new GroupCommitter({
    committer: new Committer({ ...deps, incarnation: "s" }),
    profile: target.profile,
  });
  const store = new Store({ engine: target, committer, log: silentLog });
  await assert.rejects(claimSchema(store, systemRandom), /a restore was begun and did not finish/);
  assert.equal((await contentOf(target)).unfinished, true);
  await refuseFull(target, { ...HOW, replace: false });
  await restoreText(target, text);
  assert.equal((await contentOf(target)).unfinished, false);
});

Deno.test("Filling cuts batches by what the store takes, and refuses a value beyond it by name", async () => {
  await using stack = new AsyncDisposableStack();
  const memory = stack.adopt(openMemory(), (each) => each.close());
  const limits = { ...memory.profile.limits, mutations: 10, checks: 3, valueBytes: 100 };
  const engine = { ...memory, profile: { ...memory.profile, limits } };
  const filling = await Filling.begin(depsOf(engine), "a test");
  for (let n = 0; n < 95; n++) await filling.write(setOf(["x", n], new Uint8Array(50)), `x/${n}`);
  await assert.rejects(filling.write(setOf(["x", "big"], new Uint8Array(101)), '"x/big"'), /Cannot store "x\/big"/);
  await filling.settle();
  assert.equal(filling.written, 95);
  assert.equal((await contentOf(engine)).records, 95);
});

Deno.test("Filling stops when someone else fills the same store", async () => {
  await using stack = new AsyncDisposableStack();
  const engine = stack.adopt(openMemory(), (each) => each.close());
  const first = await Filling.begin(depsOf(engine), "the first");
  await Filling.begin(depsOf(engine), "the second");
  await first.write(setOf(["x"], new Uint8Array(1)), "x");
  await assert.rejects(first.settle(), /Cannot go on with the first: someone else writes into the store/);
  await write(engine, ["y"], null);
});
