import type { Allowed } from "../judge/allowed.ts";
import type { FaultFleet } from "./fault_fleet.ts";
import type { StoreKind } from "./fleet_store.ts";

/** What a fault does, and what may come of it. */
export interface Fault {
  /** In words, for `--help` and reports. */
  what: string;
  /** The stores whose fleets it can happen to. */
  stores: readonly StoreKind[];
  allowed: Allowed;
  /** Whether the servers reach their store through a proxy. */
  storeProxied?: boolean;
  /** How many milliseconds the clock of each server is off; all are right when this is absent. */
  clocksOffMs?: readonly number[];
  /** Jobs end by themselves after so long, in milliseconds: nobody could tell later which of their times were due. */
  lengthMs?: number;
  /** How long the fleet may work on after it, in milliseconds. */
  restMs: number;
  /** Does it once; resolves when everything that it stopped runs again. */
  play(fleet: FaultFleet, round: FaultRound): Promise<void>;
}

/** One time that a fault happens. */
export interface FaultRound {
  /** A number from 0 up to 1, of the round's own seed. */
  random: () => number;
  /** As short as it can be told apart from no fault, for a test that is run often. */
  brief: boolean;
  /** To be called when the fault is there: from now on, how long does it take until something starts? */
  struck(): void;
  /** Counts something for the report. */
  count(what: string): void;
}

/** A number of milliseconds between two, drawn by chance. */
export function between(random: () => number, leastMs: number, mostMs: number): number {
  return Math.round(leastMs + random() * (mostMs - leastMs));
}

/** One of several, drawn by chance. */
export function oneOf<T>(random: () => number, all: readonly T[]): T {
  const one = all[Math.floor(random() * all.length)];
  if (one === undefined) throw new RangeError("Cannot draw one of none");
  return one;
}
