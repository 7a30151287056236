import { deepEqual } from "node:assert/strict";
import type { ClusterEvent } from "../model/mod.ts";
import { EventLog } from "./event_log.ts";

const ALL = { kinds: null, job: null };

function jobEvent(job: string, at = 0): ClusterEvent {
  return { kind: "job", at, job, change: "stored" };
}

const NODE: ClusterEvent = { kind: "node", at: 0, node: "n", change: "changed" };

Deno.test("EventLog.source() of one job gives its events and the nodes', and rings for nothing else", () => {
  const log = new EventLog("log");
  using all = log.source(0, ALL);
  using ofA = log.source(0, { kinds: null, job: "a" });
  using noNodes = log.source(0, { kinds: ["job"], job: "a" });
  let rung = 0;
  ofA.bell.wake = () => void rung++;
  log.add([jobEvent("b"), jobEvent("a", 1), NODE, jobEvent("a", 2)]);
  deepEqual(ofA.take(log.next), { events: [jobEvent("a", 1), NODE, jobEvent("a", 2)], missed: false });
  deepEqual(noNodes.take(log.next).events, [jobEvent("a", 1), jobEvent("a", 2)]);
  deepEqual(all.take(log.next).events.length, 4);
  deepEqual(rung, 3);
  for (const source of [all, ofA, noNodes]) deepEqual(source.take(log.next), { events: [], missed: false });
});

Deno.test("EventLog.source() begins where it is told, and says what is not remembered", () => {
  for (const filter of [ALL, { kinds: null, job: "a" }]) {
    const log = new EventLog("log");
    for (let i = 0; i < 30_000; i++) log.add([jobEvent(i % 2 ? "a" : "b", i)]);
    using late = log.source(29_996, filter);
    deepEqual(
      late.take(log.next).events.map(({ at }) => at),
      filter.job === null ? [29_996, 29_997, 29_998, 29_999] : [
        29_997,
        29_999,
      ],
    );
    using gone = log.source(5, filter);
    deepEqual(gone.take(log.next), { events: [], missed: true });
    log.interrupt();
    deepEqual(late.take(log.next), { events: [], missed: true });
  }
});

Deno.test("EventLog.source() keeps little for who takes nothing, and says so", () => {
  const log = new EventLog("log");
  using slow = log.source(0, { kinds: null, job: "a" });
  for (let i = 0; i < 2_500; i++) log.add([jobEvent("a", i)]);
  const { events, missed } = slow.take(log.next);
  deepEqual([events.length <= 1_000, events.at(-1)?.at, missed], [true, 2_499, true]);
  deepEqual(slow.take(log.next), { events: [], missed: false });
});
