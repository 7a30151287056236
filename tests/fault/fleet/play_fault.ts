import { type Tally, tallyOf } from "../judge/tally.ts";
import { FAULTS } from "./faults.ts";
import { type FleetState, saveFleetState } from "./fleet_state.ts";
import { type HistoryReport, playHistory } from "./play_history.ts";

/** Rounds that one fleet lives through; then another begins. */
const ROUNDS_A_FLEET = 10;

/** Jobs of each kind. */
const OF_EACH = 2;

/** Plays a fault again and again until it has been played so often; saves what it has shown after each fleet. */
export async function playFault(state: FleetState, rounds: number, say: (line: string) => void): Promise<FleetState> {
  const fault = FAULTS[state.fault];
  if (!fault) throw new Error(`Cannot play "${state.fault}": there is no such fault`);
  let reached = state;
  while (reached.rounds < rounds) {
    const begun = reached.rounds;
    const left = fault.lengthMs === undefined ? Math.min(ROUNDS_A_FLEET, rounds - begun) : 1;
    const folder = `${state.folder}/from-${begun}`;
    await Deno.remove(folder, { recursive: true }).catch(() => {});
    const report = await playHistory({
      store: state.store,
      faults: Array.from({ length: left }, () => fault),
      seedOf: (i) => state.seed * 100_003 + begun + i,
      folder,
      ofEach: OF_EACH,
      brief: false,
    });
    reached = added(reached, report, left);
    saveFleetState(reached);
    const { findings } = tallyOf(report.verdicts, report.survivors);
    say(`${reached.rounds}/${rounds} rounds, ${findings.length} findings, files in ${folder}`);
    if (findings.length === 0) await Deno.remove(folder, { recursive: true });
  }
  return reached;
}

function added(state: FleetState, report: HistoryReport, rounds: number): FleetState {
  const starts = report.verdicts.flatMap(({ starts }) => starts);
  const delays = starts.map(({ dueAt, startedAt }) => startedAt - dueAt);
  const counts = { ...state.counts };
  for (const [what, count] of Object.entries(report.counts)) counts[what] = (counts[what] ?? 0) + count;
  return {
    ...state,
    rounds: state.rounds + rounds,
    tally: sum(state.tally, tallyOf(report.verdicts, report.survivors)),
    firstStartsMs: [...state.firstStartsMs, ...firstStartsMs(report)],
    longestDelayMs: delays.reduce((longest, ms) => Math.max(longest, ms), state.longestDelayMs),
    counts,
  };
}

/** From each fault to the first start of a run that became due after it, in milliseconds. */
export function firstStartsMs({ verdicts, struckAt }: HistoryReport): number[] {
  const starts = verdicts.flatMap(({ starts }) => starts);
  return struckAt.flatMap((at) => {
    const after = starts.filter(({ dueAt }) => dueAt >= at).map(({ startedAt }) => startedAt - at);
    return after.length === 0 ? [] : [after.reduce((first, ms) => Math.min(first, ms))];
  });
}

function sum(a: Tally, b: Tally): Tally {
  return {
    nominals: a.nominals + b.nominals,
    ran: a.ran + b.ran,
    lostWithNode: a.lostWithNode + b.lostWithNode,
    retried: a.retried + b.retried,
    refused: a.refused + b.refused,
    findings: [...a.findings, ...b.findings],
  };
}
