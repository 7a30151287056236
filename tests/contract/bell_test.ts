import { strictEqual } from "node:assert/strict";
import { type Bell, LocalBell, NativeBell, openBell, WatchedBell } from "../../src/bell/mod.ts";
import { type Engine, openEmbedded, openMemory } from "../../src/kv/mod.ts";
import { silentLog, systemClock, systemRandom } from "../../src/runtime/mod.ts";
import { eventually } from "../support/eventually.ts";
import { denokv, etcd } from "../support/programs.ts";
import { openOnDenoKv, openOnEtcd } from "../support/real_stores.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { bellContract, farBellContract } from "./bell_contract.ts";

const deps = { clock: systemClock, log: silentLog, random: systemRandom };
const embedded = () => openEmbedded(":memory:");
const memory = () => Promise.resolve(openMemory());
const opened = (engine: Engine): Bell => openBell({ ...deps, engine });
const watched = ({ kv }: Engine): Bell => new WatchedBell({ ...deps, kv, watchKeys: 10 });

bellContract("native, embedded", embedded, opened);
bellContract("watched, embedded", embedded, watched);
bellContract("watched, memory", memory, watched);
bellContract("local, memory", memory, () => new LocalBell(deps));
farBellContract("native, embedded", embedded, opened);
farBellContract("watched, embedded", embedded, watched);
farBellContract("watched, memory", memory, watched);
bellContract("denokv", openOnDenoKv, opened, denokv);
farBellContract("denokv", openOnDenoKv, opened, denokv);
bellContract("etcd", openOnEtcd, opened, etcd);
farBellContract("etcd", openOnEtcd, opened, etcd);

Deno.test("WatchedBell.on() watches a name again that nobody had listened to for a while", async () => {
  const engine = await memory();
  const [bell, sender] = [watched(engine), watched(engine)];
  const stop = new AbortController();
  const running = bell.run(stop.signal);
  const send = (name: string) => {
    const atomic = engine.kv.atomic();
    sender.decorate?.(atomic, [name]);
    return atomic.commit();
  };
  for (let round = 0; round < 3; round++) {
    const woken = new Set<string>();
    using _a = bell.on("a", () => woken.add("a"));
    using _other = bell.on(`other ${round}`, () => woken.add("other"));
    await send("a");
    await send(`other ${round}`);
    await eventually(() => woken.size === 2, { what: "both bells" });
  }
  stop.abort();
  await running;
  await engine.close();
});

Deno.test("NativeBell.decorate() queues at most one message for each bell and 100 ms", async () => {
  const clock = new FakeClock();
  const queued: unknown[] = [];
  const queue = { enqueue: (_: unknown, message: unknown) => queued.push(message), listen: () => Promise.resolve() };
  const bell = new NativeBell({ ...deps, clock, queue });
  const atomic = openMemory().kv.atomic();
  for (let i = 0; i < 5; i++) bell.decorate(atomic, ["a", "b"]);
  bell.decorate(atomic, ["b", "c"]);
  strictEqual(queued.length, 2);
  await clock.advance(100);
  bell.decorate(atomic, ["a"]);
  strictEqual(queued.length, 3);
});

Deno.test("NativeBell.run() drops a message it does not know and goes on", async () => {
  const engine = await embedded();
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (msg: string) => void warnings.push(msg) };
  const bell = openBell({ ...deps, log, engine });
  const stop = new AbortController();
  const running = bell.run(stop.signal);
  const woken: string[] = [];
  bell.on("a", () => woken.push("a"));
  for (const message of [{ kind: "of the future" }, { v: 1, kind: "ring", names: ["a"] }]) {
    const atomic = engine.kv.atomic();
    engine.queue?.enqueue(atomic, message, 0);
    await atomic.commit();
  }
  await eventually(() => warnings.length === 1 && woken.length === 1, { what: "both messages" });
  stop.abort();
  await engine.close();
  await running;
});
