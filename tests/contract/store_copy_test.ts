import assert from "node:assert/strict";
import { type Engine, openEmbedded } from "../../src/kv/mod.ts";
import { copyStore, readBackup, restoreBackup } from "../../src/transfer/mod.ts";
import { backUp, depsOf, fillStore, jobsOf, recordsOf } from "../../src/transfer/stores_test.ts";
import { denokv, etcd, type Program, testWith } from "../support/programs.ts";
import { openOnDenoKv, openOnEtcd } from "../support/real_stores.ts";

/** Moves a store there and back, by a copy and by a backup. */
function movesThroughStore(name: string, open: () => Promise<Engine>, program: Program): void {
  testWith(program, `copyStore() takes embedded to ${name} and back, every record the same`, async () => {
    await using stack = new AsyncDisposableStack();
    const adopt = (engine: Engine) => stack.adopt(engine, (each) => each.close());
    const [source, back] = [adopt(await openEmbedded(":memory:")), adopt(await openEmbedded(":memory:"))];
    const between = adopt(await open());
    await fillStore(source, { seed: 11, jobs: 40, open: true });
    const first = await copyStore(source, depsOf(between));
    const second = await copyStore(between, depsOf(back));
    assert.deepEqual(second, first);
    assert.deepEqual(await recordsOf(back), await recordsOf(source));
  });

  testWith(program, `restoreBackup() fills ${name}, whose backup is then the same`, async () => {
    await using stack = new AsyncDisposableStack();
    const adopt = (engine: Engine) => stack.adopt(engine, (each) => each.close());
    const [source, target] = [adopt(await openEmbedded(":memory:")), adopt(await open())];
    await fillStore(source, { seed: 12, jobs: 40, open: false });
    const text = await backUp(source);
    await restoreBackup(await readBackup(new Blob([text]).stream(), "b"), depsOf(target));
    assert.equal((await jobsOf(target)).length, (await jobsOf(source)).length);
    const body = (whole: string) => whole.split("\n").slice(1, -2);
    assert.deepEqual(body(await backUp(target)), body(text));
  });
}

movesThroughStore("denokv", openOnDenoKv, denokv);
movesThroughStore("etcd", openOnEtcd, etcd);
