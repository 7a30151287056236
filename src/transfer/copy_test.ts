import assert from "node:assert/strict";
import { type Engine, openEmbedded, openMemory } from "../kv/mod.ts";
import { leaseKey } from "../store/mod.ts";
import { copyStore, surveyCopy } from "./copy.ts";
import { contentOf } from "./target.ts";
import { depsOf, fillStore, recordsOf, write } from "./stores_test.ts";

Deno.test("copyStore() takes embedded to memory and back, every record the same, and counts them", async () => {
  await using stack = new AsyncDisposableStack();
  const adopt = (engine: Engine) => stack.adopt(engine, (each) => each.close());
  const source = adopt(await openEmbedded(":memory:"));
  const [between, back] = [adopt(openMemory()), adopt(await openEmbedded(":memory:"))];
  await fillStore(source, { seed: 11, jobs: 12, open: true });
  await write(source, leaseKey(), new Uint8Array([1]));
  const planned = await surveyCopy(source, between);
  const first = await copyStore(source, depsOf(between));
  const second = await copyStore(between, depsOf(back));
  assert.deepEqual([...first].sort(), [...planned].sort());
  assert.deepEqual([...second].sort(), [...planned].sort());
  assert.deepEqual(await recordsOf(back), await recordsOf(source, ["lease"]));
});

Deno.test("surveyCopy() names a record that the target cannot hold before anything is written", async () => {
  await using stack = new AsyncDisposableStack();
  const [source, memory] = [openMemory(), openMemory()].map((engine) => stack.adopt(engine, (each) => each.close()));
  if (!source || !memory) return assert.fail();
  await fillStore(source, { seed: 1, jobs: 2, open: false });
  await write(source, ["big"], new Uint8Array(60_000));
  const small = { ...memory.profile, limits: { ...memory.profile.limits, valueBytes: 59_999 } };
  await assert.rejects(surveyCopy(source, { ...memory, profile: small }), /Cannot store "big": it has 60\d+ bytes/);
  assert.equal((await recordsOf(memory)).size, 0);
});

Deno.test("copyStore() refuses a source that is no store", async () => {
  await using stack = new AsyncDisposableStack();
  const [source, target] = [openMemory(), openMemory()].map((engine) => stack.adopt(engine, (each) => each.close()));
  if (!source || !target) return assert.fail();
  await assert.rejects(copyStore(source, depsOf(target)), /the source holds no Carillon store/);
});

Deno.test("copyStore() notices a source that is written meanwhile, and leaves the target marked", async () => {
  await using stack = new AsyncDisposableStack();
  const [source, target] = [openMemory(), openMemory()].map((engine) => stack.adopt(engine, (each) => each.close()));
  if (!source || !target) return assert.fail();
  await fillStore(source, { seed: 1, jobs: 3, open: false });
  let lists = 0;
  const growing: Engine = {
    ...source,
    kv: {
      get: (key) => source.kv.get(key),
      getMany: (keys) => source.kv.getMany(keys),
      list: (selector, options) => {
        if (++lists === 2) source.kv.atomic().set(["new"], new Uint8Array(1)).commit();
        return source.kv.list(selector, options);
      },
      atomic: () => source.kv.atomic(),
      watch: (keys) => source.kv.watch(keys),
      close: () => source.kv.close(),
    },
  };
  await assert.rejects(
    copyStore(growing, depsOf(target)),
    /the source was changed while it was copied: 0 "new" records/,
  );
  assert.equal((await contentOf(target)).unfinished, true);
});
