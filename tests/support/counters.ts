import { Change, Committer, type Engine } from "../../src/kv/mod.ts";
import { CarillonError, silentLog, systemClock } from "../../src/runtime/mod.ts";

/** What came of counting. */
export interface Counted {
  /** Changes that were applied, by what the committer said or, after an unknown outcome, by what the store held. */
  applied: number;
  /** What the counters in the store say. */
  stored: number;
  /** Commits whose outcome could not be told. */
  unknown: number;
  /** Longest time from one applied change of a counter to its next, in milliseconds. */
  longestMs: number;
}

const text = new TextDecoder();
const utf8 = new TextEncoder();

/**
 * Counts in `counters` keys side by side until `stop` aborts, each change checked by the last; a change that is lost or
 * done twice shows as a difference between what was applied and what is stored.
 */
export async function count(engine: Engine, counters: number, stop: AbortSignal): Promise<Counted> {
  const committer = new Committer({ engine, clock: systemClock, log: silentLog, incarnation: "counting" });
  const each = await Promise.all(Array.from({ length: counters }, (_, n) => countOne(engine, committer, n, stop)));
  return {
    applied: each.reduce((sum, { applied }) => sum + applied, 0),
    stored: each.reduce((sum, { stored }) => sum + stored, 0),
    unknown: each.reduce((sum, { unknown }) => sum + unknown, 0),
    longestMs: Math.max(...each.map(({ longestMs }) => longestMs)),
  };
}

async function countOne(engine: Engine, committer: Committer, n: number, stop: AbortSignal): Promise<Counted> {
  const counted: Counted = { applied: 0, stored: 0, unknown: 0, longestMs: 0 };
  let versionstamp: string | null = null;
  let lastMs = performance.now();
  while (!stop.aborted) {
    const change = new Change().check(["count", n], versionstamp).set(
      ["count", n],
      utf8.encode(`${counted.applied + 1}`),
    );
    try {
      const result = await committer.commit(change);
      if (result.outcome === "refused") throw new Error(`Counter ${n} was changed by nobody we know`);
      versionstamp = result.versionstamp;
      counted.applied++;
    } catch (thrown) {
      if (!(thrown instanceof CarillonError)) throw thrown;
      counted.unknown++;
      const found = await engine.kv.get(["count", n]);
      if (found.versionstamp !== versionstamp) counted.applied++;
      versionstamp = found.versionstamp;
    }
    counted.longestMs = Math.max(counted.longestMs, performance.now() - lastMs);
    lastMs = performance.now();
  }
  const { value } = await engine.kv.get(["count", n]);
  counted.stored = value ? Number(text.decode(value)) : 0;
  return counted;
}
