import { z } from "zod";
import type { GatePolicy } from "./job.ts";

/** A group at a gate. */
export const gatePlaceSchema = z.object({ uid: z.string(), group: z.string() });
export type GatePlace = z.infer<typeof gatePlaceSchema>;

/** A group that waits, with the limit and policy it came with. */
export const gateWaiterSchema = gatePlaceSchema.extend({ limit: z.number().int(), replaces: z.boolean() });
export type GateWaiter = z.infer<typeof gateWaiterSchema>;

/** Who holds and who waits for a limited job or key. */
export const gateSchema = z.object({
  holders: z.array(gatePlaceSchema),
  waiting: z.array(gateWaiterSchema),
  /** Groups that a `replace` group took the place of; they are still to be ended as skipped. */
  superseded: z.array(gatePlaceSchema),
});
export type Gate = z.infer<typeof gateSchema>;

/** A gate that nobody holds. */
export const emptyGate: Gate = { holders: [], waiting: [], superseded: [] };

/** What a gate says to an arriving group. */
export type Admission =
  | { kind: "start"; gate: Gate }
  | { kind: "wait"; gate: Gate }
  | { kind: "refuse"; reason: "overlap" | "gate full"; blockedBy: GatePlace[] };

/**
 * Decides whether a group may start. `forced` starts it beside whoever holds the gate.
 *
 * @example
 * ```ts
 * import { admit, emptyGate } from "./gate.ts";
 * const policy = { key: "job/u1", concurrency: "forbid", limit: 1, queueLimit: 0 } as const;
 * const first = admit(emptyGate, { uid: "u1", group: "g1" }, policy, false);
 * first.kind; // "start"
 * if (first.kind === "start") admit(first.gate, { uid: "u1", group: "g2" }, policy, false).kind; // "refuse"
 * ```
 */
export function admit(gate: Gate, place: GatePlace, policy: GatePolicy, forced: boolean): Admission {
  const free = gate.holders.length < policy.limit && gate.waiting.length === 0;
  if (free || forced) return { kind: "start", gate: { ...gate, holders: [...gate.holders, place] } };
  switch (policy.concurrency) {
    case "forbid":
      return { kind: "refuse", reason: "overlap", blockedBy: gate.holders };
    case "replace":
      return replace(gate, place, policy);
    case "queue":
    case "allow":
      if (gate.waiting.length >= policy.queueLimit) {
        return { kind: "refuse", reason: "gate full", blockedBy: gate.holders };
      }
      return {
        kind: "wait",
        gate: { ...gate, waiting: [...gate.waiting, { ...place, limit: policy.limit, replaces: false }] },
      };
    default:
      return policy.concurrency satisfies never;
  }
}

/** The newcomer waits, and takes the place of its job's older waiters. */
function replace(gate: Gate, place: GatePlace, policy: GatePolicy): Admission {
  const older = gate.waiting.filter((waiter) => waiter.uid === place.uid);
  const others = gate.waiting.filter((waiter) => waiter.uid !== place.uid);
  return {
    kind: "wait",
    gate: {
      holders: gate.holders,
      waiting: [...others, { ...place, limit: policy.limit, replaces: true }],
      superseded: [...gate.superseded, ...older.map(({ uid, group }) => ({ uid, group }))],
    },
  };
}

/** Holders that a waiting `replace` group of their own job wants out of its way. */
export function replaced(gate: Gate): GatePlace[] {
  const replacing = new Set(gate.waiting.filter((waiter) => waiter.replaces).map((waiter) => waiter.uid));
  return gate.holders.filter((holder) => replacing.has(holder.uid));
}

/** Whether the first in line may start, and nobody has let it in. */
export function owesPromotion(gate: Gate): boolean {
  const [next] = gate.waiting;
  return next !== undefined && gate.holders.length < next.limit;
}

/**
 * Takes a group out of a gate, whether it held or waited, and lets in who may now start, first come first, `most` at most:
 * each costs its commit a check. The rest is owed, and `owesPromotion` says so.
 */
export function release(gate: Gate, group: string, most: number): { gate: Gate; promoted: GateWaiter[] } {
  const holders = gate.holders.filter((place) => place.group !== group);
  const waiting = gate.waiting.filter((place) => place.group !== group);
  const superseded = gate.superseded.filter((place) => place.group !== group);
  const promoted: GateWaiter[] = [];
  for (let next = waiting[0]; next && holders.length < next.limit; next = waiting[0]) {
    if (promoted.length === most) break;
    waiting.shift();
    holders.push({ uid: next.uid, group: next.group });
    promoted.push(next);
  }
  return { gate: { holders, waiting, superseded }, promoted };
}
