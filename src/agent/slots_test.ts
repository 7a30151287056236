import { deepEqual, equal } from "node:assert/strict";
import { eventually } from "../../tests/support/eventually.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { assignment, Bench } from "./fakes_test.ts";

const ids = (n: number) => Array.from({ length: n }, (_, i) => `e${i}`);

Deno.test("Agent.run() calls a poll off that said it was full when a slot becomes free", async () => {
  const clock = new FakeClock();
  await using bench = await new Bench({ clock, slots: 1 }).start();
  bench.server.queue(assignment("a"), assignment("b"));
  await eventually(() => bench.executor.running.has("a"));
  await clock.advance(500);
  equal(bench.server.polls.at(-1)?.freeSlots, 0);
  bench.executor.of("a").end();
  await clock.advance(10);
  await eventually(() => bench.executor.running.has("b"));
});

Deno.test("Agent.run() offers the first slot that is free after a lost answer brought more than its slots", async () => {
  const clock = new FakeClock();
  await using bench = await new Bench({ clock, slots: 1 }).start();
  const { server, executor } = bench;
  server.answersToLose = 1;
  server.queue(assignment("a"), assignment("b"), assignment("c"));
  await eventually(async () => {
    await clock.advance(100);
    return server.polls.at(-1)?.held.length === 2;
  });
  for (const id of ["a", "b"]) {
    await eventually(() => executor.running.has(id));
    executor.of(id).end();
    await clock.advance(10);
  }
  await eventually(() => executor.running.has("c"));
});

Deno.test("Agent.run() never runs more than its slots, and fills a slot that becomes free", async () => {
  await using bench = await new Bench({ slots: 3 }).start();
  bench.server.queue(...ids(7).map((id) => assignment(id)));
  await eventually(() => bench.executor.running.size === 3);
  bench.executor.of("e1").end();
  await eventually(() => bench.executor.running.has("e3"));
  equal(bench.executor.running.size, 3);
  bench.executor.behave = () => ({});
  for (const id of ["e0", "e2", "e3"]) bench.executor.of(id).end();
  await eventually(() => bench.server.results.size === 7);
  equal(bench.executor.most, 3);
});

Deno.test("Agent.run() heals lost poll answers without running anything twice or beyond its slots", async () => {
  await using bench = await new Bench({ slots: 2 }).start();
  bench.server.answersToLose = 2;
  bench.server.queue(...ids(4).map((id) => assignment(id)));
  await eventually(() => bench.executor.running.size === 2);
  bench.executor.behave = () => ({});
  for (const { end } of [...bench.executor.running.values()]) end();
  await eventually(() => bench.server.results.size === 4);
  deepEqual(bench.executor.ran.toSorted(), ids(4));
  equal(bench.executor.most, 2);
});

Deno.test("Agent.run() ends a cancelled claim that waits for a slot, without running it", async () => {
  await using bench = await new Bench({ slots: 1 }).start();
  bench.server.answersToLose = 1;
  bench.server.queue(assignment("a"), assignment("b"));
  await eventually(() => bench.executor.running.size === 1 && bench.server.polls.some(({ held }) => held.length === 2));
  const waiting = bench.executor.running.has("a") ? "b" : "a";
  bench.server.cancel(waiting);
  const result = await eventually(() => bench.server.results.get(waiting));
  deepEqual([result.state, result.startedAfterMs], ["cancelled", null]);
  equal(bench.executor.ran.length, 1);
});
