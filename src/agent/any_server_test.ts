import { deepEqual, equal, rejects } from "node:assert/strict";
import { CarillonError, type ErrorCode, silentLog } from "../runtime/mod.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { AnyServer } from "./any_server.ts";
import { FakeServer } from "./fakes_test.ts";

const REPORT = { node: "n", incarnation: "i", started: [], chunks: [], results: [] };
const POLL = { node: "n", incarnation: "i", freeSlots: 1, held: [], waitMs: 0 };

function open(count: number) {
  const clock = new FakeClock();
  const fakes = Array.from({ length: count }, () => new FakeServer());
  const servers = fakes.map((server, i) => ({ url: `http://s${i}`, server }));
  const random = { next: () => 0, bytes: (n: number) => new Uint8Array(n) };
  return { clock, fakes, any: new AnyServer({ servers, clock, random, log: silentLog }) };
}

const reportsOf = (fakes: readonly FakeServer[]) => fakes.map(({ reports }) => reports.length);

Deno.test("AnyServer moves on when a server is gone, and stays with the one that answers", async () => {
  const { any, fakes: [a, b] } = open(2);
  if (!a || !b) throw new Error("two servers");
  await any.report(REPORT);
  a.away = true;
  await any.report(REPORT);
  a.away = false;
  await any.report(REPORT);
  deepEqual(reportsOf([a, b]), [1, 2]);
});

Deno.test("AnyServer moves on from a 5xx, and throws unavailable when all are gone", async () => {
  const { any, fakes } = open(3);
  for (const fake of fakes) fake.report = () => Promise.reject(new CarillonError("internal", "Cannot answer"));
  await rejects(any.report(REPORT), { code: "unavailable" });
  fakes.forEach((fake) => fake.away = true);
  await rejects(any.poll(POLL, new AbortController().signal), { code: "unavailable" });
});

Deno.test("AnyServer obeys a server that refuses", async () => {
  for (const code of ["stale", "forbidden", "unauthorized", "not_found", "invalid"] satisfies ErrorCode[]) {
    const { any, fakes: [a, b] } = open(2);
    if (!a || !b) throw new Error("two servers");
    a.report = () => Promise.reject(new CarillonError(code, "Cannot"));
    await rejects(any.report(REPORT), { code });
    await rejects(any.report(REPORT), { code });
    equal(b.reports.length, 0);
  }
});

Deno.test("AnyServer moves on from a server that hangs, and not when the caller calls off", async () => {
  const { any, clock, fakes: [a, b] } = open(2);
  if (!a || !b) throw new Error("two servers");
  a.report = () => new Promise(() => {});
  const off = new AbortController();
  const calledOff = rejects(any.report(REPORT, off.signal), { code: "unavailable" });
  off.abort();
  await calledOff;
  equal(b.reports.length, 0);
  const reported = any.report(REPORT);
  await clock.advance(10_000);
  await reported;
  equal(b.reports.length, 1);
  // It has something to say to a poll.
  a.draining = true;
  b.poll = () => new Promise(() => {});
  const polled = any.poll({ ...POLL, waitMs: 1_250 }, new AbortController().signal);
  await clock.advance(2_250);
  await polled;
  equal(a.polls.at(-1)?.waitMs, 0, "the wait is used up");
});
