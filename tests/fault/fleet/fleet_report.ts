import { tableText, tallyRows } from "../judge/tally.ts";
import type { FleetState } from "./fleet_state.ts";

/** How long a leader's lease is, in milliseconds, for readers of the report. */
const LEASE_MS = 2_000;

/** What a fault has shown, as lines of text: a table, then examples of what is wrong. */
export function fleetReportText(state: FleetState): string {
  const { firstStartsMs: firsts, counts } = state;
  const sorted = firsts.toSorted((a, b) => a - b);
  const part = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? 0);
  const kinds = Object.entries(counts).toSorted(([, a], [, b]) => b - a).map(([what, count]) => `${what} ${count}`);
  return tableText([
    ["fault", state.fault],
    ["store", state.store],
    ["seed", state.seed],
    ["rounds", state.rounds],
    ...tallyRows(state.tally),
    ["first start after it", `p50 ${part(0.5)}, p95 ${part(0.95)}, longest ${part(1)} ms (lease ${LEASE_MS} ms)`],
    ["longest delay", `${Math.round(state.longestDelayMs)} ms after due`],
    ...(kinds.length > 0 ? [["commits of lost answers", kinds.join(", ")] as const] : []),
    ["files", state.folder],
  ], state.tally.findings);
}
