import { deepStrictEqual as equals, strictEqual } from "node:assert/strict";
import type { Bell } from "../../src/bell/mod.ts";
import { Change, Committer, type Engine } from "../../src/kv/mod.ts";
import { silentLog, systemClock } from "../../src/runtime/mod.ts";
import { eventually } from "../support/eventually.ts";
import { type Program, testWith } from "../support/programs.ts";
import type { OpenStore } from "./kv_contract.ts";

/** Makes a bell on an engine. */
export type BellOf = (engine: Engine) => Bell;

/** What every bell must do. `bellOf` may be called several times on one engine: each is another process's bell. */
export function bellContract(name: string, open: OpenStore, bellOf: BellOf, program?: Program): void {
  const test = (promise: string, body: (set: ReturnType<typeof setUp>) => Promise<void>) =>
    testWith(program, `Bell (${name}) ${promise}`, async () => {
      const engine = await open();
      const set = setUp(engine, bellOf);
      try {
        await body(set);
      } finally {
        set.stop.abort();
        await engine.close();
        await set.running;
      }
    });

  test("wakes its listeners once a commit is applied, and nobody else", async ({ bell, committer }) => {
    const woken: string[] = [];
    bell.on("a", () => woken.push("a1"));
    bell.on("a", () => woken.push("a2"));
    bell.on("b", () => woken.push("b"));
    await committer.commit(new Change().set(["x"], new Uint8Array()).ring("a"));
    equals(woken, ["a1", "a2"]);
  });

  test("does not ring for a refused commit", async ({ bell, committer }) => {
    const woken: string[] = [];
    bell.on("a", () => woken.push("a"));
    await committer.commit(new Change().check(["x"], "00000000000000010000").ring("a"));
    equals(woken, []);
  });

  test("goes on to the next listener when one throws", async ({ bell, committer }) => {
    const woken: string[] = [];
    bell.on("a", () => {
      throw new Error("a handler of a test");
    });
    bell.on("a", () => woken.push("a"));
    bell.on("b", () => woken.push("b"));
    await committer.commit(new Change().ring("a").ring("b"));
    equals(woken, ["a", "b"]);
  });

  test("wakes a listener no more once it is disposed", async ({ bell, committer }) => {
    const woken: string[] = [];
    const wake = () => void woken.push("a");
    const first = bell.on("a", wake);
    bell.on("a", wake);
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    await committer.commit(new Change().ring("a"));
    strictEqual(woken.length, 1);
  });
}

/** That a commit reaches listeners whose process was not told of it: others, or this one after a crash. */
export function farBellContract(name: string, open: OpenStore, bellOf: BellOf, program?: Program): void {
  testWith(program, `Bell (${name}) wakes those who only share the store, also names that come later`, async () => {
    const engine = await open();
    const { bell, committer, stop, running } = setUp(engine, bellOf, { rings: false });
    const woken = new Set<string>();
    for (let round = 0; round < 2; round++) {
      const names = Array.from({ length: 12 }, (_, n) => `${round}-${n}`);
      for (const name of names) bell.on(name, () => woken.add(name));
      for (const name of names) await committer.commit(new Change().ring(name));
      await eventually(() => names.every((name) => woken.has(name)), { what: "all bells" });
    }
    stop.abort();
    await engine.close();
    await running;
  });
}

/** A committer of one process and the listening bell of another, unless `rings`: then both are one process. */
function setUp(engine: Engine, bellOf: BellOf, options = { rings: true }) {
  const bell = bellOf(engine);
  const sender = options.rings ? bell : bellOf(engine);
  const committer = new Committer({
    engine,
    clock: systemClock,
    log: silentLog,
    incarnation: "life-1",
    decorate: (atomic, names) => sender.decorate?.(atomic, names),
    ring: (names) => options.rings && bell.ring(names),
  });
  const stop = new AbortController();
  return { engine, bell, committer, stop, running: bell.run(stop.signal) };
}
