import { deepStrictEqual as equals, ok, rejects, strictEqual } from "node:assert/strict";
import { silentLog } from "../runtime/mod.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { FaultyKv } from "../../tests/support/faulty_kv.ts";
import { Change, type CommitResult, Committer, type Engine, GroupCommitter, openMemory } from "./mod.ts";

const ONE = new Uint8Array([1]);

Deno.test("GroupCommitter.submit() merges changes that are submitted together into one commit", async () => {
  const { group, kv } = setUp();
  const results = await Promise.all(range(50).map((n) => group.submit(make(n))));
  ok(results.every((result) => result.outcome === "applied"));
  strictEqual(kv.commits, 1);
});

Deno.test("GroupCommitter.submit() cuts a crowd by the budget of a commit", async () => {
  const { group, kv } = setUp();
  await Promise.all(range(250).map((n) => group.submit(make(n))));
  strictEqual(kv.commits, 3);
});

Deno.test("GroupCommitter.submit() shares equal checks and keeps unequal ones apart", async () => {
  const { group, kv, committer } = setUp();
  const old = applied(await committer.commit(new Change().set(["fence"], ONE)));
  const fence = applied(await committer.commit(new Change().set(["fence"], ONE)));
  kv.commits = 0;
  const results = await Promise.all(
    range(120).map((n) => group.submit(new Change().check(["fence"], n % 4 ? fence : old).set(["n", n], ONE))),
  );
  equals(results.map((result) => result.outcome), range(120).map((n) => n % 4 ? "applied" : "refused"));
});

Deno.test("GroupCommitter.submit() gives each change of a refused commit its own answer", async () => {
  const { group, committer } = setUp();
  for (const n of [3, 17, 30]) await committer.commit(make(n));
  const results = await Promise.all(range(40).map((n) => group.submit(make(n))));
  equals(range(40).filter((n) => results[n]?.outcome === "refused"), [3, 17, 30]);
});

Deno.test("GroupCommitter.submit() sorts a refused crowd out by one read, not by a commit for each", async () => {
  const { group, kv, committer } = setUp();
  for (const n of range(40).filter((n) => n % 3 === 0)) await committer.commit(make(n));
  kv.commits = 0;
  const results = await Promise.all(range(40).map((n) => group.submit(make(n))));
  equals(results.map(({ outcome }) => outcome), range(40).map((n) => n % 3 === 0 ? "refused" : "applied"));
  strictEqual(kv.commits, 2);
});

Deno.test("GroupCommitter.submit() answers all of a refused crowd when the store cannot be asked why", async () => {
  const { group, kv, committer } = setUp();
  await committer.commit(make(0));
  kv.getMany = () => Promise.reject(new Error("The store is away"));
  const outcomes = await Promise.allSettled(range(3).map((n) => group.submit(make(n))));
  equals(outcomes.map(({ status }) => status), Array(3).fill("rejected"));
  ok(outcomes.every((outcome) => outcome.status === "rejected" && outcome.reason.code === "unavailable"));
});

Deno.test("GroupCommitter.submit() keeps the order of changes that share a key", async () => {
  const { group, kv } = setUp();
  const ended: number[] = [];
  const results = await Promise.all(
    range(20).map(async (n) => {
      const result = await group.submit(new Change().set(["same"], new Uint8Array([n])).set(["n", n], ONE));
      ended.push(n);
      return applied(result);
    }),
  );
  equals([ended, (await kv.get(["same"])).value], [range(20), new Uint8Array([19])]);
  equals(results.toSorted(), results);
});

Deno.test("GroupCommitter.submit() refuses a change that checks what an earlier one wrote", async () => {
  const { group } = setUp();
  const results = await Promise.all([
    group.submit(make(1)),
    group.submit(new Change().check(["n", 1], null).set(["other"], ONE)),
    group.submit(make(1)),
  ]);
  equals(results.map((result) => result.outcome), ["applied", "refused", "refused"]);
});

Deno.test("GroupCommitter.submit() lets a write of a key wait for the checks of it that came before", async () => {
  const { group, kv, committer } = setUp();
  const fence = applied(await committer.commit(new Change().set(["fence"], ONE)));
  const results = await Promise.all([
    ...range(30).map((n) => group.submit(new Change().check(["fence"], fence).set(["n", n], ONE))),
    group.submit(new Change().check(["fence"], fence).set(["fence"], ONE)),
    ...range(30).map((n) => group.submit(new Change().check(["fence"], fence).set(["m", n], ONE))),
  ]);
  equals(results.map((result) => result.outcome), [...Array(31).fill("applied"), ...Array(30).fill("refused")]);
  strictEqual((await kv.get(["m", 0])).value, null);
});

Deno.test("GroupCommitter.submit() has no more commits in flight than the profile says", async () => {
  const { group, kv, finish } = setUp(["hang"]);
  const waiting = [group.submit(make(0))];
  await Promise.resolve();
  for (const n of range(10)) waiting.push(group.submit(make(n + 1)));
  await Promise.resolve();
  strictEqual(kv.commits, 2);
  const results = await finish(Promise.allSettled(waiting));
  equals(results.map((result) => result.status), ["rejected", ...Array(10).fill("fulfilled")]);
});

Deno.test("GroupCommitter.submit() throws too_large for a change that fits no commit, and serves the others", async () => {
  const { group } = setUp();
  const large = group.submit(new Change().set(["large"], new Uint8Array(70_000)));
  const small = group.submit(make(1));
  await rejects(large, { code: "too_large" });
  equals((await small).outcome, "applied");
});

Deno.test("GroupCommitter.submit() agrees with a store that takes the changes one by one", async () => {
  const { group, kv } = setUp();
  const { committer, engine: plain } = setUp();
  let seed = 7;
  const random = (n: number) => (seed = seed * 1103515245 + 12345 & 0x7fffffff) % n;
  for (let round = 0; round < 40; round++) {
    const changes = range(30).map(() => {
      const change = new Change();
      for (let i = random(3); i >= 0; i--) change.set([random(12)], new Uint8Array([random(256)]));
      return random(3) ? change : change.check([random(12)], null).delete([random(12)]);
    });
    const grouped = await Promise.all(changes.map((change) => group.submit(change)));
    for (const [i, change] of changes.entries()) {
      equals((await committer.commit(change)).outcome, grouped[i]?.outcome);
    }
    equals(await contents(kv), await contents(plain.kv));
  }
});

function range(n: number): number[] {
  return Array.from({ length: n }, (_, index) => index);
}

/** A change that makes the n-th key, once. */
function make(n: number): Change {
  return new Change().check(["n", n], null).set(["n", n], ONE);
}

function applied(result: CommitResult): string {
  if (result.outcome === "refused") throw new Error("The change was refused");
  return result.versionstamp;
}

async function contents(kv: Engine["kv"]) {
  return await Array.fromAsync(kv.list({ prefix: [] }), ({ key, value }) => [key[0], value[0]]);
}

function setUp(plan: FaultyKv["plan"] = []) {
  const memory = openMemory();
  const kv = new FaultyKv(memory.kv);
  kv.plan.push(...plan);
  const engine: Engine = { ...memory, kv };
  const clock = new FakeClock();
  const committer = new Committer({ engine, clock, log: silentLog, incarnation: "life-1" });
  const group = new GroupCommitter({ committer, profile: engine.profile });
  const finish = async <T>(pending: Promise<T>): Promise<T> => {
    await clock.advance(60_000);
    return await pending;
  };
  return { group, kv, committer, engine, finish };
}
