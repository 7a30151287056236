import { deepEqual, equal, rejects } from "node:assert/strict";
import { openMemory } from "./memory_kv.ts";
import { timedKv } from "./timed_kv.ts";

/** A store in memory with some keys, and what is told of the calls to it: operation, time, failure. */
function timed() {
  const { kv } = openMemory();
  const told: [operation: string, tookMs: number, failed: boolean][] = [];
  let nowMs = 0;
  const timer = { now: () => nowMs++, observe: (...call: typeof told[number]) => void told.push(call) };
  return { kv, timed: timedKv(kv, timer), told };
}

Deno.test("timedKv() tells of each read, commit and list once, and answers what the store does", async () => {
  const { timed: kv, told } = timed();
  const value = new Uint8Array([1]);
  equal(
    (await kv.atomic().check({ key: ["a"], versionstamp: null }).set(["a"], value).set(["b"], value).commit()).ok,
    true,
  );
  deepEqual((await kv.get(["a"])).value, value);
  equal((await kv.getMany([["a"], ["c"]])).length, 2);
  const keys = [];
  for await (const { key } of kv.list({ start: ["a"], end: ["z"] })) keys.push(key);
  deepEqual(keys, [["a"], ["b"]]);
  for await (const _ of kv.list({ start: ["a"], end: ["z"] })) break;
  deepEqual(told, [
    ["commit", 1, false],
    ["read", 1, false],
    ["read", 1, false],
    ["list", 1, false],
    ["list", 1, false],
  ]);
});

Deno.test("timedKv() tells of a call that fails, and throws as it does", async () => {
  const { kv, timed: outer, told } = timed();
  kv.get = () => Promise.reject(new Error("away"));
  await rejects(outer.get(["a"]), /away/);
  deepEqual(told, [["read", 1, true]]);
});
