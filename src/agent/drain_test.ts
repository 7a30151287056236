import { deepEqual, equal, ok } from "node:assert/strict";
import { eventually } from "../../tests/support/eventually.ts";
import { FakeClock, settled } from "../../tests/support/fake_clock.ts";
import { assignment, Bench, FakeServer } from "./fakes_test.ts";

Deno.test("Agent.drain() takes no more, lets runs end, delivers and leaves", async () => {
  const clock = new FakeClock();
  await using bench = await new Bench({ clock }).start();
  bench.server.queue(assignment("a"));
  await eventually(() => bench.executor.running.size === 1);
  const drained = bench.agent.drain(60_000);
  await clock.advance(100);
  bench.server.queue(assignment("b"));
  await clock.advance(1_000);
  bench.executor.of("a").end();
  await clock.advance(100);
  await drained;
  deepEqual([...bench.server.results.values()].map(({ state }) => state), ["success"]);
  equal(bench.server.left.length, 1);
  deepEqual(bench.executor.ran, ["a"]);
});

Deno.test("Agent.drain() cancels what does not end in time, and says why", async () => {
  const clock = new FakeClock();
  await using bench = await new Bench({ clock }).start();
  bench.server.queue(assignment("a"));
  await eventually(() => bench.executor.running.size === 1);
  const drained = bench.agent.drain(30_000);
  await clock.advance(29_000);
  equal(bench.executor.running.size, 1);
  await clock.advance(2_000);
  await drained;
  const { state, reason } = bench.server.results.get("a") ?? {};
  deepEqual({ state, reason }, { state: "cancelled", reason: "node is shutting down" });
  equal(bench.server.left.length, 1);
});

Deno.test("Agent.drain() ends the waiting at once when called again", async () => {
  const clock = new FakeClock();
  await using bench = await new Bench({ clock }).start();
  bench.server.queue(assignment("a"));
  const { context } = await eventually(() => bench.executor.of("a"));
  const drained = bench.agent.drain(3_600_000);
  await settled();
  await bench.agent.drain(3_600_000);
  await drained;
  deepEqual(context.signal.reason, { kind: "cancel", graceMs: 0 });
});

Deno.test("Agent.drain() cuts the grace short of what was stopped before", async () => {
  const clock = new FakeClock();
  await using bench = await new Bench({ clock }).start();
  bench.executor.deaf = true;
  bench.server.queue(assignment("a", { graceMs: 3_600_000 }));
  const { context } = await eventually(() => bench.executor.of("a"));
  bench.server.cancel("a");
  await clock.advance(200);
  equal(context.signal.aborted, true);
  const drained = bench.agent.drain(0);
  await clock.advance(9_000);
  equal(context.hurry.aborted, false);
  await clock.advance(2_000);
  equal(context.hurry.aborted, true);
  bench.executor.of("a").end();
  await clock.advance(100);
  await drained;
});

Deno.test("Agent.start() kills survivors of a former life, then delivers its results before it registers", async () => {
  const dataDir = await Deno.makeTempDir();
  const clock = new FakeClock();
  const killed: number[] = [];
  const events: string[] = [];
  const killSurvivors = (groups: readonly { pid: number }[]) => {
    killed.push(...groups.map(({ pid }) => pid));
    events.push("kill");
    return Promise.resolve();
  };
  await using first = await new Bench({ dataDir, clock }).start();
  first.server.queue(assignment("done"), assignment("stuck"));
  await eventually(() => first.executor.running.size === 2);
  await first.executor.of("stuck").context.processStarted({ pid: 4711, executionId: "stuck", startedAtMs: 1 });
  await first.executor.of("done").context.processStarted({ pid: 4712, executionId: "done", startedAtMs: 1 });
  first.server.away = true;
  first.executor.of("done").context.write(new Uint8Array(10_000).fill(97));
  first.executor.of("done").end();
  const spool = `${dataDir}/spool`;
  await eventually(async () => {
    await clock.advance(50);
    return [...Deno.readDirSync(spool)].some(({ name }) => name === "done.json");
  });

  const server = new FakeServer();
  const report = server.report.bind(server);
  const register = server.register.bind(server);
  server.report = (request) => (events.push(`report ${request.incarnation}`), report(request));
  server.register = (request) => (events.push("register"), register(request));
  await using second = await new Bench({ dataDir, server, killSurvivors }).start();
  deepEqual(killed, [4711]);
  deepEqual(events.slice(0, 3), ["kill", `report ${first.server.registered[0]?.incarnation}`, "register"]);
  equal(second.server.textOf("done"), "a".repeat(10_000));
  equal(second.server.results.get("done")?.state, "success");
  equal([...Deno.readDirSync(spool)].length, 0);

  const ended = first.kill();
  await clock.advance(5_000);
  await ended;
  await second.kill();
  await Deno.remove(dataDir, { recursive: true });
});

Deno.test("Agent.start() registers with results that the server does not take in the former life's name", async () => {
  const dataDir = await Deno.makeTempDir();
  const clock = new FakeClock();
  await using first = await new Bench({ dataDir, clock }).start();
  first.server.queue(assignment("a"));
  await eventually(() => first.executor.running.size === 1);
  first.server.away = true;
  await first.kill();
  ok(Deno.statSync(`${dataDir}/spool/a.json`).isFile);

  const server = new FakeServer();
  server.takesResults = false;
  await using second = await new Bench({ dataDir, server }).start();
  deepEqual(server.registered[0]?.results?.map(({ execution, state }) => [execution, state]), [["a", "cancelled"]]);
  server.takesResults = true;
  await eventually(() => server.results.has("a"));
  await eventually(() => [...Deno.readDirSync(`${dataDir}/spool`)].length === 0);
  await second.kill();
  await Deno.remove(dataDir, { recursive: true });
});

Deno.test("Agent.drain() hands back what has not begun, and claims that come late", async () => {
  const clock = new FakeClock();
  await using bench = await new Bench({ clock, slots: 1 }).start();
  // An answer that was lost brings its claims again, beside a newer one: one runs, the others wait for its slot.
  bench.server.answersToLose = 1;
  bench.server.queue(assignment("a"), assignment("b"));
  await eventually(() => clock.advance(50).then(() => bench.server.polls.at(-1)?.held.length === 2));
  const [begun = ""] = bench.executor.ran;
  const waiting = begun === "a" ? "b" : "a";
  bench.server.answersToLose = 1;
  const drained = bench.agent.drain(60_000);
  await clock.advance(500);
  deepEqual(bench.server.returned, [waiting]);
  equal(bench.server.polls.at(-1)?.draining, true);
  bench.executor.of(begun).end();
  await clock.advance(500);
  await drained;
  deepEqual([...bench.server.results.keys()], [begun]);
  deepEqual(bench.executor.ran, [begun]);
});

Deno.test("Agent.run() takes nothing while an operator lets it drain, lives on, and works again afterwards", async () => {
  const clock = new FakeClock();
  await using bench = await new Bench({ clock, slots: 2 }).start();
  bench.server.queue(assignment("a"));
  await eventually(() => bench.executor.running.size === 1);
  bench.server.draining = true;
  bench.server.queue(assignment("b"));
  await clock.advance(500);
  await eventually(() => bench.server.returned.length === 1);
  deepEqual([bench.server.returned, bench.executor.ran], [["b"], ["a"]]);
  bench.executor.of("a").end();
  await clock.advance(500);
  deepEqual([bench.server.polls.at(-1)?.freeSlots, bench.server.polls.at(-1)?.draining], [0, false]);
  bench.server.draining = false;
  // The server gives it out again, as another claim.
  bench.server.queue(assignment("b", { claimedAt: 2 }));
  bench.server.ring();
  await clock.advance(6_000);
  await eventually(() => bench.executor.running.has("b"));
});
