import { deepStrictEqual as equals, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { encodeKey, type Engine, type Kv, type KvKey, type KvListOptions, type KvSelector } from "../../src/kv/mod.ts";

/** Every kind of key part in the order in which stores hold them. */
const ORDERED: readonly KvKey[] = [
  [new Uint8Array()],
  [new Uint8Array([0])],
  [new Uint8Array([0, 1])],
  [new Uint8Array([1])],
  [""],
  ["\0"],
  ["a"],
  ["a", new Uint8Array([9])],
  ["a", "x"],
  ["a", -1n],
  ["a", 1],
  ["a", false],
  ["a\0"],
  ["ab"],
  ["é"],
  ["\uffff"],
  ["😀"],
  [-(10n ** 40n)],
  [-300n],
  [-5n],
  [0n],
  [1n],
  [255n],
  [256n],
  [10n ** 40n],
  [-Infinity],
  [-1.5],
  [-0],
  [0],
  [2],
  [10],
  [Infinity],
  [false],
  [true],
];

/** What every engine behind the `Kv` port must do; `open` gives a new, empty store. */
export function kvContract(name: string, open: () => Promise<Engine>): void {
  const test = (promise: string, body: (kv: Kv) => Promise<void>) =>
    Deno.test(`Kv on ${name} ${promise}`, async () => {
      const engine = await open();
      try {
        await body(engine.kv);
      } finally {
        await engine.close();
      }
    });

  test("orders keys of mixed types by their bytes, as encodeKey does", async (kv) => {
    for (const key of ORDERED.toReversed()) await put(kv, key);
    equals(await keys(kv, { prefix: [] }, { batchSize: 7 }), ORDERED);
    equals(await keys(kv, { prefix: [] }, { reverse: true }), ORDERED.toReversed());
    equals(ORDERED.toSorted((a, b) => encodeKey(a) < encodeKey(b) ? -1 : 1), ORDERED);
  });

  test("lists a prefix without the prefix itself, from start and before end", async (kv) => {
    for (const key of [["a"], ["a", 1], ["a", 2], ["a", 3], ["b", 1]]) await put(kv, key);
    equals(await keys(kv, { prefix: ["a"] }), [["a", 1], ["a", 2], ["a", 3]]);
    equals(await keys(kv, { prefix: ["a"], start: ["a", 2] }), [["a", 2], ["a", 3]]);
    equals(await keys(kv, { prefix: ["a"], end: ["a", 2] }), [["a", 1]]);
    equals(await keys(kv, { start: ["a", 3], end: ["b", 1] }), [["a", 3]]);
    equals(await keys(kv, { start: ["a"], end: ["a", 2] }, { reverse: true }), [["a", 1], ["a"]]);
  });

  test("goes on after a cursor, both ways, and stops at a limit", async (kv) => {
    for (let n = 0; n < 25; n++) await put(kv, ["n", n]);
    for (const reverse of [false, true]) {
      const seen: KvKey[] = [];
      for (let cursor = "", pages = 0; pages < 3; pages++) {
        const page = kv.list({ prefix: ["n"] }, { limit: 10, reverse, cursor, batchSize: 4 });
        for await (const entry of page) seen.push(entry.key);
        cursor = page.cursor;
      }
      const expected = Array.from({ length: 25 }, (_, n): KvKey => ["n", n]);
      equals(seen, reverse ? expected.toReversed() : expected);
    }
  });

  test("takes batches of 1000 and no larger", async (kv) => {
    for (let page = 0; page < 2; page++) {
      const atomic = kv.atomic();
      for (let n = 0; n < 600; n++) atomic.set(["n", page * 600 + n], new Uint8Array([1]));
      await atomic.commit();
    }
    strictEqual((await keys(kv, { prefix: ["n"] }, { batchSize: 1000 })).length, 1200);
    strictEqual((await keys(kv, { prefix: ["n"] }, { batchSize: 1000, limit: 1100 })).length, 1100);
    await rejects(() => keys(kv, { prefix: ["n"] }, { batchSize: 1001 }), TypeError);
  });

  test("applies all writes under one versionstamp, and later commits under greater ones", async (kv) => {
    const first = await kv.atomic().set(["a"], bytes("1")).set(["b"], bytes("2")).commit();
    const second = await kv.atomic().set(["c"], bytes("3")).commit();
    ok(first.ok && second.ok && first.versionstamp < second.versionstamp);
    equals((await kv.getMany([["a"], ["b"], ["c"]])).map((entry) => entry.versionstamp), [
      first.versionstamp,
      first.versionstamp,
      second.versionstamp,
    ]);
    equals(await kv.get(["a"]), { key: ["a"], value: bytes("1"), versionstamp: first.versionstamp });
  });

  test("applies nothing when one check fails", async (kv) => {
    const made = await kv.atomic().check({ key: ["a"], versionstamp: null }).set(["a"], bytes("1")).commit();
    ok(made.ok);
    const again = kv.atomic().check({ key: ["a"], versionstamp: null }).set(["a"], bytes("2")).set(["b"], bytes("2"));
    equals(await again.commit(), { ok: false });
    const mixed = kv.atomic().check(
      { key: ["a"], versionstamp: made.versionstamp },
      { key: ["gone"], versionstamp: made.versionstamp },
    );
    equals(await mixed.delete(["a"]).commit(), { ok: false });
    equals((await kv.getMany([["a"], ["b"]])).map((entry) => entry.value), [bytes("1"), null]);
  });

  test("answers nulls for a missing or deleted key, and deleting what is missing is no error", async (kv) => {
    await put(kv, ["a"]);
    ok((await kv.atomic().delete(["a"]).delete(["never"]).commit()).ok);
    equals(await kv.get(["a"]), { key: ["a"], value: null, versionstamp: null });
    ok((await kv.atomic().check({ key: ["a"], versionstamp: null }).set(["a"], bytes("2")).commit()).ok);
  });

  test("keeps the last of several writes of one key", async (kv) => {
    await kv.atomic().set(["a"], bytes("1")).delete(["a"]).set(["a"], bytes("2")).commit();
    equals((await kv.get(["a"])).value, bytes("2"));
  });

  test("reads ten keys in their order and refuses eleven", async (kv) => {
    await put(kv, ["n", 3]);
    const ten = Array.from({ length: 10 }, (_, n): KvKey => ["n", n]);
    equals((await kv.getMany(ten)).map((entry) => entry.value !== null), ten.map((key) => key[1] === 3));
    await rejects(() => kv.getMany([...ten, ["n", 10]]), TypeError);
  });

  test("refuses what is beyond its limits", async (kv) => {
    await throwsEarlyOrLate(kv, ["a"], new Uint8Array(64 * 1024 + 1));
    await throwsEarlyOrLate(kv, ["a".repeat(2047)], new Uint8Array(1));
    const attempts = [
      (atomic: ReturnType<Kv["atomic"]>) => {
        for (let n = 0; n <= 100; n++) atomic.check({ key: ["n", n], versionstamp: null });
      },
      (atomic: ReturnType<Kv["atomic"]>) => {
        for (let n = 0; n <= 1000; n++) atomic.set(["n", n], new Uint8Array(1));
      },
      (atomic: ReturnType<Kv["atomic"]>) => {
        for (let n = 0; n < 13; n++) atomic.set(["n", n], new Uint8Array(64 * 1024));
      },
      (atomic: ReturnType<Kv["atomic"]>) => {
        for (let n = 0; n < 50; n++) atomic.set([n, "x".repeat(1900)], new Uint8Array(1));
      },
    ];
    for (const attempt of attempts) {
      const atomic = kv.atomic();
      attempt(atomic);
      await rejects(() => atomic.commit(), TypeError);
    }
    equals(await keys(kv, { prefix: [] }), []);
  });

  test("takes a value of 64 KiB and an empty one", async (kv) => {
    await kv.atomic().set(["large"], new Uint8Array(64 * 1024)).set(["empty"], new Uint8Array()).commit();
    equals((await kv.getMany([["large"], ["empty"]])).map((entry) => entry.value?.length), [65536, 0]);
  });

  test("shows a watch the current entries at once, and the last state after a change", async (kv) => {
    await put(kv, ["a"]);
    const reader = kv.watch([["a"], ["b"]]).getReader();
    equals((await reader.read()).value?.map((entry) => entry.value), [bytes("x"), null]);
    await kv.atomic().set(["b"], bytes("2")).commit();
    equals((await reader.read()).value?.map((entry) => entry.value), [bytes("x"), bytes("2")]);
    await kv.atomic().delete(["a"]).commit();
    equals((await reader.read()).value?.map((entry) => entry.value), [null, bytes("2")]);
    await reader.cancel();
  });

  test("refuses to watch eleven keys", (kv) => {
    throws(() => kv.watch(Array.from({ length: 11 }, (_, n) => ["n", n])), TypeError);
    return Promise.resolve();
  });
}

/** UTF-8 bytes of a text. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

async function put(kv: Kv, key: KvKey): Promise<void> {
  ok((await kv.atomic().set(key, bytes("x")).commit()).ok);
}

async function keys(kv: Kv, selector: KvSelector, options?: KvListOptions): Promise<KvKey[]> {
  const found: KvKey[] = [];
  for await (const entry of kv.list(selector, options)) found.push(entry.key);
  return found;
}

/** Engines refuse an oversized write when it is added or when it is committed. */
async function throwsEarlyOrLate(kv: Kv, key: KvKey, value: Uint8Array): Promise<void> {
  await rejects(async () => void await kv.atomic().set(key, value).commit(), TypeError);
}
