import { deepEqual, equal, rejects } from "node:assert/strict";
import { GatheredReads } from "./gathered_reads.ts";
import type { KvEntryMaybe, KvKey } from "./port.ts";

/** Reads that are answered when the test says so; what each asked for is noted. */
function setUp(most: number) {
  const asked: { keys: readonly KvKey[]; answer: PromiseWithResolvers<KvEntryMaybe[]> }[] = [];
  const reads = new GatheredReads((keys) => {
    const answer = Promise.withResolvers<KvEntryMaybe[]>();
    asked.push({ keys, answer });
    return answer.promise;
  }, most);
  const answer = async (i: number) => {
    const { keys = [], answer } = asked[i] ?? {};
    answer?.resolve(keys.map((key) => ({ key, value: new Uint8Array([Number(key[1])]), versionstamp: "1" })));
    for (let turn = 0; turn < 10; turn++) await Promise.resolve(); // what hangs on the answer goes on
  };
  return { reads, asked, answer };
}

Deno.test("GatheredReads.get() asks at once while few reads are under way, and gathers what comes meanwhile", async () => {
  const { reads, asked, answer } = setUp(10);
  const entries = Promise.all(Array.from({ length: 30 }, (_, n) => reads.get(["k", n])));
  deepEqual(asked.map(({ keys }) => keys.length), [1, 1, 1, 1]);
  await answer(0);
  deepEqual(asked.map(({ keys }) => keys.length), [1, 1, 1, 1, 10]);
  for (let i = 1; i < asked.length; i++) await answer(i);
  deepEqual((await entries).map(({ value }) => value?.[0]), Array.from({ length: 30 }, (_, n) => n));
  equal(asked.length, 7);
});

Deno.test("GatheredReads.get() tells all of a read that failed, and none of the next", async () => {
  const { reads, asked, answer } = setUp(10);
  const first = Array.from({ length: 4 }, (_, n) => reads.get(["k", n]));
  const gathered = [reads.get(["k", 4]), reads.get(["k", 5])];
  await answer(0);
  asked[4]?.answer.reject(new Error("no answer"));
  await Promise.all(gathered.map((read) => rejects(read, /no answer/)));
  const next = reads.get(["k", 6]);
  await Promise.all([1, 2, 3, 5].map(answer));
  equal((await next).value?.[0], 6);
  await Promise.all(first);
});

Deno.test("GatheredReads.get() refuses a key that cannot be encoded, and serves the others", async () => {
  const { reads, answer } = setUp(10);
  const good = reads.get(["k", 1]);
  await rejects(async () => await reads.get(["k", {} as unknown as string]));
  await answer(0);
  equal((await good).value?.[0], 1);
});
