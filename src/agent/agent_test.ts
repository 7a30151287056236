import { deepEqual, equal, ok } from "node:assert/strict";
import { CarillonError } from "../runtime/mod.ts";
import { eventually } from "../../tests/support/eventually.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { assignment, Bench, textIn } from "./fakes_test.ts";

const ids = (n: number) => Array.from({ length: n }, (_, i) => `e${i}`);

Deno.test("Agent.start() registers a node whose id stays and whose incarnation changes", async () => {
  const dataDir = await Deno.makeTempDir();
  await using first = await new Bench({ dataDir }).start();
  await first.kill();
  await using second = await new Bench({ dataDir }).start();
  const [one, two] = [first.server.registered[0], second.server.registered[0]];
  equal(one?.id, two?.id);
  ok(one?.incarnation !== two?.incarnation);
  deepEqual(one?.executors, ["fake"]);
  await Deno.remove(dataDir, { recursive: true });
});

Deno.test("Agent.start() throws what a server answers that refuses the node", async () => {
  await using bench = new Bench();
  bench.server.register = () => Promise.reject(new CarillonError("forbidden", "Cannot register: no"));
  const refused = await bench.agent.start().then(() => null, (thrown) => thrown.code);
  equal(refused, "forbidden");
});

Deno.test("Agent.run() resolves when it is told to stop before the server was ever there", async () => {
  const clock = new FakeClock();
  await using bench = new Bench({ clock });
  bench.server.away = true;
  const stop = new AbortController();
  const ran = bench.agent.run(stop.signal);
  await clock.advance(10_000);
  stop.abort();
  await ran;
  equal(bench.server.registered.length, 0);
});

Deno.test("Agent.run() runs what it claims and reports each result once", async () => {
  await using bench = await new Bench({ slots: 20 }).start();
  bench.executor.behave = ({ write, executionId }) => {
    write(new TextEncoder().encode(`hello ${executionId}`));
    return {};
  };
  bench.server.queue(...ids(200).map((id) => assignment(id)));
  await eventually(() => bench.server.results.size === 200);
  equal(bench.executor.ran.length, 200);
  deepEqual(new Set(bench.server.deliveries.values()), new Set([1]));
  const { state, exitCode, output } = bench.server.results.get("e7") ?? {};
  deepEqual({ state, exitCode }, { state: "success", exitCode: 0 });
  equal(textIn(output?.inline ?? ""), "hello e7");
});

Deno.test("Agent.run() polls and reports in batches when runs are short and many", async () => {
  await using bench = await new Bench({ slots: 100 }).start();
  bench.executor.behave = () => ({});
  bench.server.queue(...ids(3_000).map((id) => assignment(id)));
  await eventually(() => bench.server.results.size === 3_000);
  ok(bench.server.polls.length <= 150, `${bench.server.polls.length} polls`);
  ok(bench.server.reports.length <= 150, `${bench.server.reports.length} reports`);
});

Deno.test("Agent.run() refuses a claim of what it has ended", async () => {
  await using bench = await new Bench().start();
  bench.executor.behave = () => ({});
  bench.server.queue(assignment("a"));
  await eventually(() => bench.server.results.has("a"));
  bench.server.queue(assignment("a"), assignment("b"));
  await eventually(() => bench.server.results.has("b"));
  deepEqual(bench.executor.ran, ["a", "b"]);
});

Deno.test("Agent.run() fails what it has no executor for, and what its executor throws at", async () => {
  await using bench = await new Bench().start();
  bench.executor.behave = () => {
    throw new Error("disk on fire");
  };
  bench.server.queue(assignment("a", { executor: "kafka" }), assignment("b"));
  await eventually(() => bench.server.results.size === 2);
  const [a, b] = [bench.server.results.get("a"), bench.server.results.get("b")];
  deepEqual([a?.state, a?.reason, a?.startedAfterMs], [
    "failed",
    `Cannot run "job": this node has no executor "kafka"`,
    null,
  ]);
  deepEqual([b?.state, b?.reason], ["failed", "disk on fire"]);
});

Deno.test("Agent.run() stops what is cancelled, and says by whom and why", async () => {
  await using bench = await new Bench().start();
  bench.server.queue(assignment("a", { graceMs: 3_000 }));
  const { context } = await eventually(() => bench.executor.of("a"));
  bench.server.cancel("a");
  await eventually(() => bench.server.results.has("a"));
  deepEqual(context.signal.reason, { kind: "cancel", graceMs: 3_000 });
  const { state, reason } = bench.server.results.get("a") ?? {};
  deepEqual({ state, reason }, { state: "cancelled", reason: "cancelled by ann: enough" });
});

Deno.test("Agent.run() stops a run at its timeout", async () => {
  const clock = new FakeClock();
  await using bench = await new Bench({ clock }).start();
  bench.server.queue(assignment("a", { timeoutMs: 9_000, graceMs: 1_000 }));
  const { context } = await eventually(() => bench.executor.of("a"));
  await clock.advance(8_999);
  equal(context.signal.aborted, false);
  await clock.advance(1);
  deepEqual(context.signal.reason, { kind: "timeout", graceMs: 1_000 });
  await clock.advance(10);
  const { state, reason } = await eventually(() => bench.server.results.get("a"));
  deepEqual({ state, reason }, { state: "timed_out", reason: "timed out after 9s" });
});

Deno.test("Agent.run() announces a start that has no result yet", async () => {
  const clock = new FakeClock();
  await using bench = await new Bench({ clock }).start();
  bench.server.queue(assignment("a"));
  await eventually(() => bench.executor.running.size === 1);
  await clock.advance(400);
  deepEqual(bench.server.reports.flatMap(({ started }) => started), [{ execution: "a", startedAfterMs: 0 }]);
});

Deno.test("Agent.run() sends output as it comes while followed, and each second otherwise", async () => {
  const clock = new FakeClock();
  await using bench = await new Bench({ clock }).start();
  bench.server.queue(assignment("a"), assignment("b"));
  await eventually(() => bench.executor.running.size === 2);
  bench.server.followed = ["a"];
  bench.server.ring();
  await clock.advance(150);
  for (const id of ["a", "b"]) bench.executor.of(id).context.write(new TextEncoder().encode("tick"));
  await clock.advance(250);
  equal(bench.server.textOf("a"), "tick");
  equal(bench.server.textOf("b"), "");
  await clock.advance(1_000);
  equal(bench.server.textOf("b"), "tick");
});

Deno.test("Agent.run() keeps running while the server is away and delivers each result and byte once it is back", async () => {
  const clock = new FakeClock();
  await using bench = await new Bench({ clock, limits: { outputCapBytes: 20_000, outputHeadBytes: 5_000 } }).start();
  bench.server.queue(assignment("a"), assignment("b"));
  await eventually(() => bench.executor.running.size === 2);
  bench.server.away = true;
  bench.server.ring();
  bench.executor.of("a").context.write(new Uint8Array(30_000).fill(120));
  bench.executor.of("a").end();
  await clock.advance(30_000);
  bench.executor.of("b").end({ success: false, exitCode: 3, reason: "exit status 3" });
  await clock.advance(30_000);
  equal(bench.server.results.size, 0);
  bench.server.away = false;
  bench.server.reportAnswersToLose = 1;
  await clock.advance(10_000);
  await eventually(() => bench.server.results.size === 2);
  equal(bench.server.textOf("a"), "x".repeat(5_000) + "[10000]" + "x".repeat(15_000));
  equal(bench.server.results.get("b")?.exitCode, 3);
  equal(bench.executor.ran.length, 2);
});

Deno.test("Agent.run() sends a result again that the server got and did not take", async () => {
  const clock = new FakeClock();
  await using bench = await new Bench({ clock }).start();
  bench.server.takesResults = false;
  bench.executor.behave = () => ({});
  bench.server.queue(assignment("a"));
  await eventually(() => bench.server.reports.length > 0);
  await clock.advance(3_000);
  ok(bench.server.reports.length <= 5);
  bench.server.takesResults = true;
  await clock.advance(2_000);
  await eventually(() => bench.server.results.has("a"));
});

Deno.test("Agent.run() gives up the one item that the server refuses, and delivers its neighbours", async () => {
  await using bench = await new Bench({ slots: 3 }).start();
  const report = bench.server.report.bind(bench.server);
  bench.server.report = (request) =>
    request.results.some(({ execution }) => execution === "e1")
      ? Promise.reject(new CarillonError("invalid", "Cannot read report: bad result"))
      : report(request);
  bench.executor.behave = () => ({});
  bench.server.queue(...ids(3).map((id) => assignment(id)));
  await eventually(() => bench.server.results.size === 2);
  deepEqual([...bench.server.results.keys()].toSorted(), ["e0", "e2"]);
});

Deno.test("Agent.run() registers again with a server that has forgotten it", async () => {
  const clock = new FakeClock();
  await using bench = new Bench({ clock });
  const poll = bench.server.poll.bind(bench.server);
  bench.server.poll = (request, signal) =>
    bench.server.registered.length < 2
      ? Promise.reject(new CarillonError("not_found", "Cannot poll: no such node"))
      : poll(request, signal);
  await bench.start();
  await clock.advance(200);
  await eventually(() => bench.server.polls.length > 0);
  equal(bench.server.registered[0]?.incarnation, bench.server.registered[1]?.incarnation);
});

Deno.test("Agent.run() does not poll in a storm while a cancel takes its time", async () => {
  const clock = new FakeClock();
  await using bench = await new Bench({ clock }).start();
  bench.executor.run = () => new Promise(() => {});
  bench.server.queue(assignment("a"));
  await eventually(() => bench.server.polls.length >= 2 || clock.advance(10).then(() => false));
  bench.server.cancel("a");
  const before = bench.server.polls.length;
  await clock.advance(2_000);
  ok(bench.server.polls.length - before <= 25, `${bench.server.polls.length - before} polls in 2 s`);
  const killed = bench.kill();
  await clock.advance(5_000);
  await killed;
});
