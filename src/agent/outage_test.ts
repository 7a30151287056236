import { deepEqual, equal, match } from "node:assert/strict";
import { eventually } from "../../tests/support/eventually.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { createLog } from "../runtime/mod.ts";
import { assignment, Bench } from "./fakes_test.ts";

const SIZE = 15_000;

function spooledIn(bench: Bench): string[] {
  return [...Deno.readDirSync(`${bench.dataDir}/spool`)].map(({ name }) => name).filter((name) =>
    name.endsWith(".json")
  );
}

/** An agent whose server has just gone away, with runs `a`, `b` and `c` and a spool that holds the output of one. */
async function cutOff(clock: FakeClock): Promise<Bench> {
  const bench = await new Bench({ clock, limits: { spoolBytes: 30_000 } }).start();
  bench.server.queue(assignment("a"), assignment("b"), assignment("c"));
  await eventually(() => bench.executor.running.size === 3);
  bench.server.away = true;
  bench.server.ring();
  bench.executor.of("a").context.write(new Uint8Array(SIZE).fill(97));
  bench.executor.of("a").end();
  await eventually(async () => {
    await clock.advance(20);
    return spooledIn(bench).length === 1;
  });
  return bench;
}

Deno.test("Reporter.deliver() puts a result on disk at once while the server is away", async () => {
  const clock = new FakeClock();
  await using bench = await cutOff(clock);
  bench.executor.of("b").end();
  // The clock stands: no next attempt to report is needed for it.
  await eventually(() => spooledIn(bench).length === 2);
});

Deno.test("Agent.run() says once that undelivered results keep it from work, and once that they do no more", async () => {
  const lines: string[] = [];
  const log = createLog({ level: "info", format: "text", now: () => 0, write: (line) => lines.push(line.slice(25)) });
  const clock = new FakeClock();
  await using bench = await new Bench({ clock, log, limits: { maxUndelivered: 1 } }).start();
  const { server, executor } = bench;
  executor.behave = () => ({});
  server.takesResults = false;
  const polledWith = (slots: number) =>
    eventually(async () => {
      await clock.advance(100);
      server.ring();
      return server.polls.at(-1)?.freeSlots === slots;
    });
  server.queue(assignment("a"), assignment("b"));
  await polledWith(0);
  const polls = server.polls.length;
  server.followed = ["a"]; // news, for more polls without a slot
  await eventually(async () => {
    await clock.advance(100);
    server.ring();
    return server.polls.length > polls + 3;
  });
  server.takesResults = true;
  await polledWith(10);
  const told = lines.filter((line) => line.includes("work"));
  equal(told.length, 2, told.join("\n"));
  match(told[0] ?? "", /^WARN {2}Cannot take more work: too many results are undelivered undelivered=2/);
  match(told[1] ?? "", /^INFO {2}Takes work again: results are delivered undelivered=[01]/);
});

Deno.test("Agent.run() loses the oldest output of a long outage, says so, and loses no result", async () => {
  const clock = new FakeClock();
  await using bench = await cutOff(clock);
  for (const id of ["b", "c"]) {
    bench.executor.of(id).context.write(new Uint8Array(SIZE).fill(98));
    bench.executor.of(id).end({ success: false, exitCode: 7 });
    await eventually(() => spooledIn(bench).includes(`${id}.json`));
  }
  await eventually(async () => {
    const { result } = JSON.parse(await Deno.readTextFile(`${bench.dataDir}/spool/b.json`));
    return result.output.truncated;
  });
  bench.server.away = false;
  await eventually(async () => {
    await clock.advance(1_000);
    return bench.server.results.size === 3;
  });
  const told = ["a", "b", "c"].map((id) => bench.server.results.get(id));
  deepEqual(told.map((result) => [result?.exitCode, result?.output.sizeBytes]), [[0, SIZE], [7, SIZE], [7, SIZE]]);
  // The first was on its way when the server went: the report that is sent again holds all of it.
  deepEqual(told.map((result) => result?.output.truncated), [false, true, false]);
  equal(bench.server.textOf("b"), `[${SIZE}]`);
  equal(bench.server.textOf("c"), "b".repeat(SIZE));
  deepEqual(new Set(bench.server.deliveries.values()), new Set([1]));
});
