import { deepEqual, equal } from "node:assert/strict";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { SilentBell } from "../../tests/support/silent_bell.ts";
import { Committer, GroupCommitter, openMemory } from "../kv/mod.ts";
import type { Effect } from "../model/mod.ts";
import { silentLog } from "../runtime/mod.ts";
import { covered, effectKey, effectPrefix, putEffect, Store, StoreChange } from "../store/mod.ts";
import { EffectWorker } from "./worker.ts";

const NOW_MS = 1_000_000;
const PAUSE_MS = 30_000;

/** A worker of some shards of a store in memory, whose handlers note what they are given. */
class Bench {
  readonly clock = new FakeClock(NOW_MS);
  readonly store: Store;
  readonly worker: EffectWorker;
  readonly done: string[] = [];

  constructor(minds: (shard: number) => boolean) {
    const [engine, log, clock] = [openMemory(), silentLog, this.clock];
    const committer = new Committer({ engine, clock, log, incarnation: "i" });
    this.store = new Store({ engine, committer: new GroupCommitter({ committer, profile: engine.profile }), log });
    const note = ({ id }: Effect) => {
      this.done.push(id);
      return Promise.resolve();
    };
    const handlers = { dependent: note, ephemeral: note, after_end: note };
    this.worker = new EffectWorker({ store: this.store, bell: new SilentBell(), clock, log, handlers, minds });
  }

  /** Stores effects in one shard. */
  async owe(count: number, shard: number, name: string, notBefore = 0): Promise<void> {
    const owed = { attempts: 0, notBefore, lastError: null };
    await Promise.all(Array.from({ length: count }, async (_, i) => {
      const id = `${name}${i}`;
      const change = new StoreChange();
      putEffect(change, covered(effectKey(shard, id)), { kind: "ephemeral", id, ...owed, job: "job", uid: "u" });
      await this.store.commit(change);
    }));
  }

  /** How many effects are stored. */
  async left(): Promise<number> {
    return (await this.store.keys({ prefix: effectPrefix() })).length;
  }
}

Deno.test("EffectWorker.pass() waits while a thousand effects are in their pause, and works on one behind them", async () => {
  const bench = new Bench(() => true);
  await bench.owe(1000, 3, "paused", NOW_MS + PAUSE_MS);
  equal(await bench.worker.pass(), PAUSE_MS);
  await bench.owe(1, 15, "due");
  equal(await bench.worker.pass(), PAUSE_MS);
  deepEqual(bench.done, ["due0"]);
});

Deno.test("EffectWorker.pass() sees its own effects behind a thousand of another server's", async () => {
  const bench = new Bench((shard) => shard === 0 || shard >= 9);
  await bench.owe(1000, 3, "other");
  await bench.owe(1, 0, "low");
  await bench.owe(1, 9, "middle");
  await bench.owe(1, 15, "high");
  equal(await bench.worker.pass(), Infinity);
  deepEqual(bench.done.toSorted(), ["high0", "low0", "middle0"]);
  equal(await bench.left(), 1000);
});

Deno.test("EffectWorker.pass() answers 0 when it left some that may be tried now", async () => {
  const bench = new Bench((shard) => shard > 0);
  await bench.owe(500, 0, "other");
  await bench.owe(1001, 1, "own");
  equal(await bench.worker.pass(), 0);
  equal(bench.done.length, 1000);
  equal(await bench.worker.pass(), Infinity);
  equal(await bench.left(), 500);
});
