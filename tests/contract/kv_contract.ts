import { deepStrictEqual as equals, ok, rejects, strictEqual, throws } from "node:assert/strict";
import {
  encodeKey,
  type Engine,
  type Kv,
  type KvAtomic,
  type KvKey,
  type KvLimits,
  type KvListOptions,
  type KvSelector,
} from "../../src/kv/mod.ts";
import { type Program, testWith } from "../support/programs.ts";

/** Opens a new, empty store. */
export type OpenStore = () => Promise<Engine>;

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
export function kvContract(name: string, open: OpenStore, program?: Program): void {
  const test = (promise: string, body: (kv: Kv, limits: KvLimits) => Promise<void>) =>
    testWith(program, `Kv on ${name} ${promise}`, async () => {
      const engine = await open();
      try {
        await body(engine.kv, engine.profile.limits);
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

  test("takes batches of 1000 and no larger", async (kv, limits) => {
    const size = Math.min(600, limits.mutations);
    for (let first = 0; first < 1200; first += size) {
      const atomic = kv.atomic();
      for (let n = first; n < Math.min(1200, first + size); n++) atomic.set(["n", n], new Uint8Array([1]));
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

  test("reads as many keys as it may in their order, and refuses one more", async (kv, limits) => {
    await put(kv, ["n", 3]);
    const most = Array.from({ length: limits.getMany }, (_, n): KvKey => ["n", n]);
    equals((await kv.getMany(most)).map((entry) => entry.value !== null), most.map((key) => key[1] === 3));
    await rejects(() => kv.getMany([...most, ["more"]]), TypeError);
  });

  test("takes a commit that is as large as its limits, and refuses a larger one", async (kv, limits) => {
    const full = kv.atomic();
    for (let n = 0; n < limits.checks; n++) full.check({ key: ["n", n], versionstamp: null });
    for (let n = 0; n < limits.mutations; n++) full.set(["n", n], new Uint8Array([1]));
    ok((await full.commit()).ok);
    const large = kv.atomic();
    const values = Math.floor(limits.commitBytes / (limits.valueBytes + 100));
    for (let n = 0; n < values; n++) large.set(["large", n], new Uint8Array(limits.valueBytes));
    ok((await large.commit()).ok);
    strictEqual((await keys(kv, { prefix: ["n"] })).length, limits.mutations);
    strictEqual((await keys(kv, { prefix: ["large"] })).length, values);
  });

  test("refuses what is beyond its limits", async (kv, limits) => {
    await throwsEarlyOrLate(kv, ["a"], new Uint8Array(limits.valueBytes + 1));
    await throwsEarlyOrLate(kv, ["a".repeat(limits.keyBytes - 1)], new Uint8Array(1));
    const attempts = [
      (atomic: KvAtomic) => {
        for (let n = 0; n <= limits.checks; n++) atomic.check({ key: ["n", n], versionstamp: null });
      },
      (atomic: KvAtomic) => {
        for (let n = 0; n <= limits.mutations; n++) atomic.set(["n", n], new Uint8Array(1));
      },
      (atomic: KvAtomic) => {
        for (let n = 0; n * limits.valueBytes <= limits.commitBytes; n++) {
          atomic.set(["n", n], new Uint8Array(limits.valueBytes));
        }
      },
      (atomic: KvAtomic) => {
        for (let n = 0; n * 1900 <= limits.commitKeyBytes; n++) atomic.set([n, "x".repeat(1900)], new Uint8Array(1));
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

  test("shows a watch that looks late the newest state only", async (kv) => {
    const reader = kv.watch([["a"]]).getReader();
    equals((await reader.read()).value?.map((entry) => entry.value), [null]);
    for (const text of ["1", "2", "3"]) await kv.atomic().set(["a"], bytes(text)).commit();
    let shown = 0;
    for (let value: Uint8Array | null = null; !value || value[0] !== 0x33; shown++) {
      value = (await reader.read()).value?.[0]?.value ?? null;
    }
    ok(shown <= 3);
    await reader.cancel();
  });

  test("watches as many keys as it may, and refuses one more", async (kv, limits) => {
    const most = Array.from({ length: limits.watchKeys }, (_, n): KvKey => ["n", n]);
    const reader = kv.watch(most).getReader();
    strictEqual((await reader.read()).value?.length, most.length);
    await reader.cancel();
    throws(() => kv.watch([...most, ["more"]]), TypeError);
  });

  test("ends its watches when it is closed", async () => {
    const engine = await open();
    const reader = engine.kv.watch([["a"]]).getReader();
    await reader.read();
    const next = reader.read().then(({ done }) => done, () => true);
    await engine.close();
    strictEqual(await next, true);
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
