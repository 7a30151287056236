import { deepEqual, equal } from "node:assert/strict";
import { eventually } from "../../tests/support/eventually.ts";
import { RUNNING } from "../../tests/support/running_execution.ts";
import { Committer, type Engine, GroupCommitter, openMemory } from "../kv/mod.ts";
import type { OutputChunk } from "../model/mod.ts";
import { silentLog, systemClock } from "../runtime/mod.ts";
import {
  deleteRunning,
  executionKey,
  OpenExecutions,
  putExecution,
  putRunning,
  runningKey,
  runningTable,
  Store,
  StoreChange,
} from "../store/mod.ts";
import { Outputs } from "./outputs.ts";
import { never } from "../../tests/support/never.ts";

const ID = RUNNING.id;
const PLACE = { key: runningKey("n", "i", ID), value: null, versionstamp: null };

/** One of two servers on a store, without the loops of a server: what it says and hears is handed on by the test. */
class Side implements Disposable {
  readonly store: Store;
  readonly outputs: Outputs;
  readonly name: string;
  readonly #stop = new AbortController();
  readonly running: Promise<void>;

  constructor(engine: Engine, name: string) {
    this.name = name;
    const committer = new Committer({ engine, clock: systemClock, log: silentLog, incarnation: name });
    const group = new GroupCommitter({ committer, profile: engine.profile });
    this.store = new Store({ engine, committer: group, log: silentLog });
    const open = new OpenExecutions(this.store);
    this.outputs = new Outputs({ store: this.store, open, clock: systemClock, log: silentLog, incarnation: name });
    this.running = this.outputs.run(this.#stop.signal);
  }

  /** Hears the beat of another server. */
  hear({ name, outputs }: Side): void {
    this.outputs.followedElsewhere([{
      incarnation: name,
      followed: outputs.followedHere(),
      liveNext: outputs.liveNext,
    }]);
  }

  /** How many live entries there are in the store. */
  async live(): Promise<number> {
    return (await this.store.keys({ prefix: ["live"] })).length;
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
  }
}

/** Two servers on one store in memory, on which an execution runs. */
async function twoSides() {
  const memory = openMemory();
  const engine = { ...memory, profile: { ...memory.profile, soleWriter: false } };
  const [a, b] = [new Side(engine, "a"), new Side(engine, "b")];
  const change = new StoreChange();
  putRunning(change, PLACE, RUNNING);
  await a.store.commit(change);
  return {
    a,
    b,
    async [Symbol.asyncDispose]() {
      for (const side of [a, b]) side[Symbol.dispose]();
      await Promise.all([a.running, b.running]);
      await engine.close();
    },
  };
}

const chunk = (n: number, fromByte: number, text: string, live = true): OutputChunk => ({
  execution: ID,
  n,
  data: new TextEncoder().encode(text).toBase64(),
  skippedBytes: 0,
  ...(live ? { fromByte } : {}),
  live,
});

/** Reads an output to its end, in the background. */
function read({ outputs }: Side, signal: AbortSignal) {
  const seen = { text: "", end: "" };
  const reading = (async () => {
    for await (const event of outputs.follow(RUNNING, 0, signal)) {
      if (event.kind === "end") seen.end = event.execution.state;
      else seen.text += new TextDecoder().decode(event.data);
    }
  })();
  return { seen, reading };
}

Deno.test("Outputs.follow() at one server shows what another takes, live, and the end that another stored", async () => {
  await using sides = await twoSides();
  const { a, b } = sides;
  let woken = 0;
  a.outputs.onFollow(() => woken++);
  b.hear(a);
  const { seen, reading } = read(b, never);
  await eventually(() => b.outputs.followedHere().length === 1);
  deepEqual(a.outputs.followed([ID, "other"]), []);
  a.hear(b);
  a.hear(b);
  deepEqual([a.outputs.followed([ID, "other"]), woken], [[ID], 1]);
  await a.outputs.append([chunk(0, 0, "head ", false), chunk(1, 5, "live ")]);
  await a.outputs.append([chunk(2, 10, "more ")]);
  await eventually(async () => (b.outputs.lookElsewhere(), await a.live() >= 3 && seen.text === "head live more "));
  const change = new StoreChange();
  deleteRunning(change, await a.store.read(runningTable, PLACE.key));
  const output = { sizeBytes: 15, truncated: false, inline: null };
  const over = { finishedAt: 3, exitCode: 0, reason: null, output, holdsPlace: false, late: null };
  const place = { key: executionKey("u", ID), value: null, versionstamp: null };
  putExecution(change, place, { ...RUNNING, ...over, state: "success" });
  await a.store.commit(change);
  await reading;
  deepEqual(seen, { text: "head live more ", end: "success" });
});

Deno.test("Outputs.append() tells nothing while nobody follows elsewhere, and what it told goes with the last follower", async () => {
  await using sides = await twoSides();
  const { a, b } = sides;
  await a.outputs.append([chunk(0, 0, "head", false), chunk(1, 4, "live")]);
  a.hear(b);
  equal(a.outputs.liveNext, 0);
  const stop = new AbortController();
  const { reading } = read(b, stop.signal);
  await eventually(() => b.outputs.followedHere().length === 1);
  a.hear(b);
  await a.outputs.append(Array.from({ length: 100 }, (_, i) => chunk(i + 2, 8 + i, "x")));
  await eventually(async () => await a.live() === 100);
  await a.outputs.append(Array.from({ length: 100 }, (_, i) => chunk(i + 102, 108 + i, "x")));
  await eventually(async () => a.outputs.liveNext === 200 && await a.live() <= 128, { what: "a bounded range" });
  stop.abort();
  await reading;
  a.hear(b);
  await eventually(async () => await a.live() === 0, { what: "nothing left" });
});

Deno.test("Outputs.follow() ends without an end when the execution was deleted by another server", async () => {
  await using sides = await twoSides();
  const { a, b } = sides;
  const { seen, reading } = read(b, never);
  await eventually(() => b.outputs.followedHere().length === 1);
  const change = new StoreChange();
  deleteRunning(change, await a.store.read(runningTable, PLACE.key));
  await a.store.commit(change);
  await reading;
  deepEqual(seen, { text: "", end: "" });
});
