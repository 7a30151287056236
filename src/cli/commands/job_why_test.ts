import assert from "node:assert/strict";
import type { TimelineEntry, TimelineRange } from "../../model/mod.ts";
import { fakeCli } from "../fake_cli_test.ts";

const NOW = Date.UTC(2026, 0, 31, 12);
const MINUTE_MS = 60_000;

/** A command line in front of a server that tells these times of the job `a`. */
function cliOf(entries: TimelineEntry[]) {
  const cli = fakeCli();
  const asked: TimelineRange[] = [];
  cli.clock.stepWall(NOW - cli.clock.now());
  cli.deps.timelines.of = (job, range) => {
    asked.push(range);
    const { fromMs, toMs, limit, isNewestFirst } = range;
    const inRange = entries.filter(({ dueAt }) => fromMs <= dueAt && dueAt <= toMs);
    const inOrder = isNewestFirst ? inRange.toReversed() : inRange;
    return Promise.resolve(job === "a" ? { entries: inOrder.slice(0, limit), isCut: false } : null);
  };
  return { cli, asked };
}

function entry(minutes: number, more: Partial<TimelineEntry> = {}): TimelineEntry {
  return { dueAt: NOW + minutes * MINUTE_MS, fate: "ran", reason: null, decisive: null, executions: [], ...more };
}

Deno.test("job why tells the last ten due times and the next one, in words", async () => {
  const early = Array.from({ length: 20 }, (_, i) => entry(i - 60));
  const pause = { kind: "pause", of: "job", from: NOW - 5 * MINUTE_MS, by: "alice", note: "disk" } as const;
  const { cli } = cliOf([
    ...early,
    entry(-3, { fate: "refused", reason: "overlap", decisive: { kind: "execution", id: "x-0000-001" } }),
    entry(-2, { fate: "held", reason: "the job is paused; afterwards it is refused", decisive: pause }),
    entry(-1, { fate: "disabled", reason: "the job is disabled", decisive: { kind: "revision", revision: 3 } }),
    entry(1, { fate: "will_run" }),
    entry(2, { fate: "will_run" }),
  ]);
  const { code, out } = await cli.run("job", "why", "a");
  const lines = out.trimEnd().split("\n");
  assert.deepEqual([code, lines.length], [0, 11]);
  assert.deepEqual(lines.slice(-4), [
    "2026-01-31T11:57:00Z (3m ago): did not run: overlap; execution x-0000-001 was in the way",
    "2026-01-31T11:58:00Z (2m ago): is held back: the job is paused; afterwards it is refused; pause of the job by alice " +
    'from 2026-01-31T11:55:00Z, "disk"',
    "2026-01-31T11:59:00Z (1m ago): did not run: the job is disabled; revision 3 says so",
    "2026-01-31T12:01:00Z (in 1m): will run",
  ]);
});

Deno.test("job why of a time tells that due time, or the last one before it", async () => {
  const { cli, asked } = cliOf([
    entry(-9),
    entry(-3, { fate: "forgotten", reason: "what became of it is no longer kept" }),
  ]);
  const { out } = await cli.run("job", "why", "a", "2026-01-31T11:58:30Z");
  assert.equal(out, "2026-01-31T11:57:00Z (3m ago): nobody can tell: what became of it is no longer kept\n");
  assert.equal(asked[0]?.toMs, Date.UTC(2026, 0, 31, 11, 58, 30));
});

Deno.test("job why says what is wrong with its arguments, and where there is no time", async () => {
  const { cli } = cliOf([]);
  assert.match((await cli.run("job", "why", "a", "noon")).err, /"noon" is no time/);
  assert.deepEqual((await cli.run("job", "why", "a")).code, 3);
  assert.match((await cli.run("job", "why", "nope")).err, /Cannot find job "nope"/);
});
