import { deepStrictEqual as equals, rejects, strictEqual } from "node:assert/strict";
import { silentLog } from "../runtime/mod.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { type Fault, faultyEngine } from "../../tests/support/faulty_kv.ts";
import {
  Change,
  type CommitResult,
  Committer,
  type CommitterDeps,
  type Engine,
  type Kv,
  openMemory,
  type Profile,
  sweepSlots,
} from "./mod.ts";

const ONE = new Uint8Array([1]);
const TWO = new Uint8Array([2]);

Deno.test("Committer.commit() applies a change once and tells its cache and bells", async () => {
  const seen: unknown[] = [];
  const { committer, engine } = committerOn(openMemory(), {
    onApplied: (change, versionstamp) => seen.push([...change.writes.values()].length, versionstamp),
    ring: (bells) => seen.push([...bells]),
  });
  const result = await committer.commit(new Change().check(["a"], null).set(["a"], ONE).ring("x"));
  equals(seen, [1, versionstampOf(result), ["x"]]);
  equals((await engine.kv.get(["a"])).versionstamp, versionstampOf(result));
});

Deno.test("Committer.commit() refuses what a check denies, and neither caches nor rings it", async () => {
  const seen: unknown[] = [];
  const { committer } = committerOn(openMemory(), { onApplied: () => seen.push(1), ring: () => seen.push(2) });
  await committer.commit(new Change().set(["a"], ONE));
  seen.length = 0;
  const result = await committer.commit(new Change().check(["a"], null).set(["a"], TWO).ring("x"));
  equals([result, seen], [{ outcome: "refused" }, []]);
});

Deno.test("Committer.commit() refuses a change that contradicts itself", async () => {
  const { committer } = committerOn(openMemory());
  const change = new Change().check(["a"], null).check(["a"], "00000000000000010000");
  equals(await committer.commit(change), { outcome: "refused" });
});

Deno.test("Committer.commit() throws too_large beyond the budget, before the store is asked", async () => {
  const { committer, engine } = committerOn(openMemory());
  const wide = new Change();
  for (let n = 0; n < 1001; n++) wide.set(["n", n], ONE);
  await rejects(committer.commit(wide), { code: "too_large" });
  await rejects(committer.commit(new Change().set(["a"], new Uint8Array(65 * 1024))), { code: "too_large" });
  await rejects(committer.commit(new Change().set(["a".repeat(3000)], ONE)), { code: "too_large" });
  strictEqual((await engine.kv.get(["a"])).value, null);
});

Deno.test("Committer.commit() throws unavailable when the store fails", async () => {
  const { committer, engine } = committerOn(openMemory());
  await engine.close();
  await rejects(committer.commit(new Change().set(["a"], ONE)), { code: "unavailable" });
});

for (const fault of ["lose_answer", "repeat", "lose_request", "none"] as const) {
  Deno.test(`Committer.commit() is applied exactly once through the fault ${fault}`, async () => {
    const { committer, engine, finish } = await faulty([fault]);
    const result = await finish(committer.commit(new Change().check(["a"], null).set(["a"], ONE)));
    const entry = await engine.kv.get(["a"]);
    equals([entry.value, entry.versionstamp], [ONE, versionstampOf(result)]);
    equals((await finish(committer.commit(new Change().set(["b"], ONE)))).outcome, "applied");
  });
}

for (const fault of ["lose_answer", "lose_request", "repeat", "none"] as const) {
  Deno.test(`Committer.commit() refuses rightly through the fault ${fault}`, async () => {
    const { committer, engine, finish } = await faulty([]);
    await finish(committer.commit(new Change().set(["a"], ONE)));
    engine.kv.plan.push(fault);
    const result = await finish(committer.commit(new Change().check(["a"], null).set(["a"], TWO)));
    equals([result, (await engine.kv.get(["a"])).value], [{ outcome: "refused" }, ONE]);
  });
}

Deno.test("Committer.commit() spends no write on a plain no where one is certain", async () => {
  const { committer, engine, finish } = await faulty([], { refusalIsCertain: true });
  await finish(committer.commit(new Change().set(["a"], ONE)));
  engine.kv.commits = 0;
  const refused = new Change().check(["a"], null).set(["a"], TWO);
  equals(await finish(committer.commit(refused)), { outcome: "refused" });
  strictEqual(engine.kv.commits, 1);
  equals((await finish(committer.commit(new Change().set(["b"], ONE)))).outcome, "applied");
});

Deno.test("Committer.commit() never takes a slot that others have swept for a refusal", async () => {
  const { committer, engine, finish } = await faulty([], { refusalIsCertain: true });
  await sweepSlots(engine.kv, () => true);
  await rejects(finish(committer.commit(new Change().set(["a"], ONE))), { code: "unavailable" });
  equals((await finish(committer.commit(new Change().set(["a"], ONE)))).outcome, "applied");
});

Deno.test("Committer.commit() settles through bumps that lose their answers too", async () => {
  const { committer, engine, finish } = await faulty(["lose_answer", "lose_answer", "lose_request", "lose_answer"]);
  const applied = await finish(committer.commit(new Change().check(["a"], null).set(["a"], ONE)));
  equals((await engine.kv.get(["a"])).versionstamp, versionstampOf(applied));
  engine.kv.plan.push("lose_request", "lose_answer", "none");
  const resent = await finish(committer.commit(new Change().check(["b"], null).set(["b"], ONE)));
  equals((await engine.kv.get(["b"])).versionstamp, versionstampOf(resent));
});

Deno.test("Committer.commit() lets no commit land after it was settled", async () => {
  const { committer, engine, finish } = await faulty(["late"]);
  const result = await finish(committer.commit(new Change().set(["a"], ONE)));
  equals(await engine.kv.landLate(), [{ ok: false }]);
  equals((await engine.kv.get(["a"])).versionstamp, versionstampOf(result));
});

Deno.test("Committer.commit() races a deadline when the store never answers", async () => {
  const { committer, engine, finish } = await faulty(["hang"]);
  const result = await finish(committer.commit(new Change().check(["a"], null).set(["a"], ONE)));
  equals((await engine.kv.get(["a"])).versionstamp, versionstampOf(result));
});

Deno.test("Committer.commit() throws unavailable when an outcome can't be settled, and never uses that slot again", async () => {
  const { committer, engine, finish } = await faulty(["late"]);
  engine.kv.down = true;
  await rejects(finish(committer.commit(new Change().set(["a"], ONE))), { code: "unavailable" });
  engine.kv.down = false;
  await finish(committer.commit(new Change().set(["b"], ONE)));
  equals(await slots(engine.kv), [["slot", "life-1", 0], ["slot", "life-1", 1]]);
  await sweepSlots(engine.kv, (incarnation) => incarnation === "life-1");
  equals([await slots(engine.kv), await engine.kv.landLate()], [[], [{ ok: false }]]);
});

Deno.test("Committer.commit() makes its slots through lost answers", async () => {
  const { committer, engine, finish } = await faulty([]);
  engine.kv.plan.push("none", "lose_answer", "none", "lose_request", "repeat");
  const results = await finish(Promise.all([1, 2, 3].map((n) => committer.commit(new Change().set(["a", n], ONE)))));
  equals(results.map((result) => result.outcome), ["applied", "applied", "applied"]);
});

Deno.test("Committer.close() deletes the slots it used", async () => {
  const { committer, engine } = await faulty([]);
  await Promise.all([1, 2, 3].map((n) => committer.commit(new Change().set(["a", n], ONE))));
  equals((await slots(engine.kv)).length, 3);
  await committer.close();
  equals(await slots(engine.kv), []);
});

/** A committer whose clock moves by itself while `finish` waits. */
async function faulty(plan: Fault[], profile: Partial<Profile> = {}) {
  const made = faultyEngine(openMemory());
  const engine = { ...made, profile: { ...made.profile, ...profile } };
  const { committer, clock } = committerOn(engine);
  await committer.commit(new Change()); // makes the first slot
  engine.kv.plan.push(...plan);
  const finish = async <T>(pending: Promise<T>): Promise<T> => {
    const state = { done: false };
    const end = () => void (state.done = true);
    pending.then(end, end);
    while (!state.done) await clock.advance(100);
    return await pending;
  };
  return { committer, engine, finish };
}

function committerOn<E extends Engine>(engine: E, more: Partial<CommitterDeps> = {}) {
  const clock = new FakeClock();
  return { committer: new Committer({ engine, clock, log: silentLog, incarnation: "life-1", ...more }), engine, clock };
}

function versionstampOf(result: CommitResult): string {
  if (result.outcome === "refused") throw new Error("The change was refused");
  return result.versionstamp;
}

async function slots(kv: Kv) {
  return await Array.fromAsync(kv.list({ prefix: ["slot"] }), (entry) => entry.key);
}
