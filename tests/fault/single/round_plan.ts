import { seededRandom } from "../seeded_random.ts";

/** What is being killed: a server that starts, one that catches up, or one at its daily work. */
export type RoundKind = "startup" | "catch-up" | "steady";

/** One life of a server, and the time it stays dead. */
export interface RoundPlan {
  kind: RoundKind;
  /** From the start of its process for `startup`, else from when it listens. */
  killAfterMs: number;
  downMs: number;
}

/** Times are missed when nobody fires them for 10 s. */
const MISSES_MS = 11_000;

/** The plan of round `round` of a history: the same seed gives the same plan. */
export function planRound(seed: number, round: number): RoundPlan {
  const random = seededRandom(seed * 100_003 + round);
  const draw = random();
  const kind = round === 0 || draw < 0.5 ? "steady" : draw < 0.75 ? "catch-up" : "startup";
  return planOf(kind, random, random() < 0.15);
}

/** A plan of one kind with random moments; `misses`: the server stays dead so long that times are missed. */
export function planOf(kind: RoundKind, random: () => number, misses: boolean): RoundPlan {
  const spans = { startup: [0, 1_200], "catch-up": [0, 1_500], steady: [3_000, 6_000] } as const;
  const [least, most] = spans[kind];
  return {
    kind,
    killAfterMs: Math.round(least + random() * (most - least)),
    downMs: misses ? Math.round(MISSES_MS + random() * 3_000) : 0,
  };
}
