import { deepEqual, equal, match } from "node:assert/strict";
import { CarillonError } from "../runtime/mod.ts";
import { eventually } from "../../tests/support/eventually.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { assignment, Bench } from "./fakes_test.ts";

Deno.test("Agent.run() stops what must not outlast a silence, says why, and leaves the rest alone", async () => {
  const clock = new FakeClock();
  await using bench = await new Bench({ clock }).start();
  bench.server.queue(assignment("stops", { stopAfterSilentMs: 45_000 }), assignment("stays"));
  const { context } = await eventually(() => bench.executor.of("stops"));
  await clock.advance(1_000);
  bench.server.away = true;
  bench.server.ring();
  await clock.advance(44_000 - 500);
  equal(context.signal.aborted, false);
  await clock.advance(5_000);
  deepEqual(context.signal.reason, { kind: "cancel", graceMs: 10_000 });
  deepEqual([...bench.executor.running.keys()], ["stays"]);
  bench.server.away = false;
  await clock.advance(10_000);
  const { state, reason } = await eventually(() => bench.server.results.get("stops"));
  equal(state, "lost");
  match(reason ?? "", /stopped by its agent: no server has answered for 45s/);
});

Deno.test("Agent.run() does not take quiet servers for silent ones, however short the time is", async () => {
  const clock = new FakeClock();
  await using bench = await new Bench({ clock }).start();
  const poll = bench.server.poll.bind(bench.server);
  // Answers at the end of the wait, as a server without news does.
  bench.server.poll = async (request, signal) => {
    await clock.sleep(request.waitMs, signal);
    return await poll({ ...request, waitMs: 0 }, signal);
  };
  bench.server.ring();
  bench.server.queue(assignment("a", { stopAfterSilentMs: 5_001 }));
  await clock.advance(10_000);
  const { context } = await eventually(() => bench.executor.of("a"));
  await clock.advance(60_000);
  equal(context.signal.aborted, false);
});

Deno.test("Agent.run() throws when another incarnation of its node took over, stops its runs and keeps their results", async () => {
  await using bench = new Bench();
  await bench.agent.start();
  const end = new AbortController();
  const ran = bench.agent.run(end.signal).then(() => null, (thrown) => thrown);
  bench.server.queue(assignment("a"));
  await eventually(() => bench.executor.running.size === 1);
  bench.server.report = () => Promise.reject(new CarillonError("stale", "Cannot serve: not registered"));
  bench.server.poll = () => Promise.reject(new CarillonError("stale", "Cannot serve: not registered"));
  bench.server.followed = ["a"];
  bench.server.ring();
  const thrown = await ran;
  equal(thrown.code, "stale");
  equal(bench.executor.running.size, 0);
  const spooled = JSON.parse(await Deno.readTextFile(`${bench.dataDir}/spool/a.json`));
  deepEqual([spooled.result.state, spooled.result.reason], ["lost", "another incarnation of its node took over"]);
});
