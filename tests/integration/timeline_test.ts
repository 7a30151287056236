import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type Carillon, startCarillon } from "../support/carillon.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { eventually } from "../support/eventually.ts";

interface Entry {
  due_at: string;
  fate: string;
  reason: string | null;
  decisive: Record<string, unknown> | null;
  executions: { id: string; state: string }[];
}

const T0 = Date.UTC(2026, 0, 1);

/** The second after T0 that a time names. */
const second = ({ due_at }: Entry) => (Date.parse(due_at) - T0) / 1_000;

const at = (seconds: number) => new Date(T0 + seconds * 1_000).toISOString();

async function timeline({ json }: Carillon, job: string, from: number, to: number): Promise<Entry[]> {
  return await json<Entry[]>("GET", `/v1/jobs/${job}/timeline?from=${at(from)}&to=${at(to)}`);
}

/** Lets time go by; what was begun in a quarter of a second ends in it, unless it `goesOn`. */
async function pass(clock: FakeClock, seconds: number, carillon: Carillon, goesOn = false): Promise<void> {
  const open = async () => (await carillon.json<unknown[]>("GET", "/v1/jobs/a/executions?state=queued,running")).length;
  const untilMs = clock.now() + seconds * 1_000;
  while (clock.now() < untilMs) {
    await clock.advance(Math.min(250, untilMs - clock.now()));
    if (!goesOn) {
      await eventually(async () => {
        await clock.advance(1);
        return await open() === 0;
      }, { withinMs: 20_000 });
    }
  }
}

const quick = { schedule: "@every 10s", target: "one", executor: "shell", executor_config: { command: "true" } };

Deno.test("timeline: times that ran, were refused while paused and whose pause it was, and those that lie ahead", async () => {
  const clock = new FakeClock(T0);
  await using carillon = await startCarillon({ clock });
  const { json } = carillon;
  await json("POST", "/v1/jobs", { name: "a", ...quick });
  await pass(clock, 25, carillon);
  await json("POST", "/v1/jobs/a/pause", { policy: "skip", note: "disk" });
  await pass(clock, 20, carillon);
  const held = (await timeline(carillon, "a", 26, 60)).map((
    entry,
  ) => [second(entry), entry.fate, entry.decisive?.note]);
  deepEqual(held, [[30, "held", "disk"], [40, "held", "disk"], [50, "held", "disk"], [60, "held", "disk"]]);
  await json("POST", "/v1/jobs/a/unpause");
  await pass(clock, 10, carillon);
  const told = await timeline(carillon, "a", 1, 80);
  deepEqual(told.map((entry) => [second(entry), entry.fate]), [
    [10, "ran"],
    [20, "ran"],
    [30, "refused"],
    [40, "refused"],
    [50, "ran"],
    [60, "will_run"],
    [70, "will_run"],
    [80, "will_run"],
  ]);
  deepEqual(told[0]?.executions.map(({ state }) => state), ["success"]);
  const { from, ...whose } = told[2]?.decisive ?? {};
  deepEqual([told[2]?.reason, whose], ["paused", { kind: "pause", of: "job", by: "api", note: "disk" }]);
  ok(String(from) > at(25) && String(from) < at(30), String(from));
});

Deno.test("timeline: a refused time names the execution that was in the way", async () => {
  const clock = new FakeClock(T0);
  await using carillon = await startCarillon({ clock });
  const slow = { shell: true, command: "sleep 600" };
  await carillon.json("POST", "/v1/jobs", { name: "a", ...quick, executor_config: slow, concurrency: "forbid" });
  await pass(clock, 21, carillon, true);
  await eventually(async () => (await timeline(carillon, "a", 1, 20))[1]?.fate === "refused");
  const [first, second] = await timeline(carillon, "a", 1, 20);
  deepEqual([first?.fate, second?.fate, second?.reason], ["running", "refused", "overlap"]);
  deepEqual(second?.decisive, { kind: "execution", id: first?.executions[0]?.id });
  await carillon.json("POST", `/v1/jobs/a/executions/${first?.executions[0]?.id}/cancel`, {});
  await pass(clock, 2, carillon);
});

Deno.test("timeline: while a job was disabled its times say so, and another schedule counts from its revision on", async () => {
  const clock = new FakeClock(T0);
  await using carillon = await startCarillon({ clock });
  const { json } = carillon;
  await json("POST", "/v1/jobs", { name: "a", ...quick });
  await pass(clock, 12, carillon);
  await json("POST", "/v1/jobs/a/toggle");
  await pass(clock, 10, carillon);
  await json("POST", "/v1/jobs", { name: "a", ...quick, schedule: "@every 7s" });
  await pass(clock, 10, carillon);
  const told = await timeline(carillon, "a", 1, 42);
  deepEqual(
    told.map((entry) => [second(entry) % 10 === 0 ? 10 : 7, entry.fate]),
    [
      [10, "ran"],
      [10, "disabled"],
      [7, "ran"],
      [7, "will_run"],
      [7, "will_run"],
    ].slice(0, told.length),
  );
  deepEqual(told[1]?.decisive, { kind: "revision", revision: 2 });
});

Deno.test("timeline: a range that is none is refused, and a long one is cut and says so", async () => {
  await using carillon = await startCarillon({ agent: false });
  await carillon.json("POST", "/v1/jobs", { name: "a", ...quick });
  const wrong: [query: string, path: string][] = [
    ["from=x", "from"],
    ["to=yesterday", "to"],
    ["from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "to"],
    ["from=2020-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "to"],
    ["order=sideways", "order"],
  ];
  for (const [query, path] of wrong) {
    const answer = await carillon.request(`/v1/jobs/a/timeline?${query}`);
    deepEqual([answer.status, (await answer.json()).issues[0].path], [400, path], query);
  }
  const cut = await carillon.request(`/v1/jobs/a/timeline?limit=3`);
  equal(cut.headers.get("x-carillon-more"), "true");
  equal((await cut.json()).length, 3);
  const none = await carillon.request("/v1/jobs/nope/timeline");
  equal(none.status, 404);
  match((await none.json()).message, /"nope"/);
  ok(cut.ok);
});

Deno.test("timeline: the newest of many times come first where that is asked for", async () => {
  await using carillon = await startCarillon({ agent: false });
  const schedules = ["@every 1s", "* * * * * *", "0 0 0 1 * *", "0 0 12 29 2 *", "* * 10-11 * * *", "@every 36h"];
  const asked = "from=2027-12-01T00:00:00Z&to=2028-12-01T00:00:00Z";
  for (const [i, schedule] of schedules.entries()) {
    await carillon.json("POST", "/v1/jobs", { name: `a${i}`, ...quick, schedule, disabled: true });
    const newest = await timesOf(carillon, `a${i}`, `${asked}&order=newest&limit=5`);
    const lowest = newest.at(-1) ?? "2027-12-01T00:00:00Z";
    const oldest = await timesOf(carillon, `a${i}`, `from=${lowest}&to=2028-12-01T00:00:00Z&limit=1000`);
    deepEqual([newest.length > 0, newest], [true, oldest.toReversed()], schedule);
  }
});

async function timesOf(carillon: Carillon, job: string, query: string): Promise<string[]> {
  const entries: { due_at: string }[] = await (await carillon.request(`/v1/jobs/${job}/timeline?${query}`)).json();
  return entries.map(({ due_at }) => due_at);
}
