import { z } from "zod";
import { ENDED_STATES, type EndedState } from "./execution.ts";

/** A target as a wide group knows it: its selector stands in its executions alone. */
interface PackedTarget {
  selector: string;
  attempt: number;
  state: "open" | EndedState;
}

/** The letter that each state is stored as. */
const LETTERS: Readonly<Record<PackedTarget["state"], string>> = {
  open: "o",
  success: "s",
  failed: "f",
  cancelled: "c",
  timed_out: "t",
  lost: "l",
  skipped: "k",
};

const STATES = new Map((["open", ...ENDED_STATES] as const).map((state) => [LETTERS[state], state]));

/**
 * The targets of a wide group as they are stored: a letter for each one's state, and the attempts as runs of equal ones
 * (`1x998,2x2`), as the record is written again with each end. A program that does not know this cannot read the record,
 * and so leaves it alone.
 */
export const packedTargetsSchema = z.object({
  states: z.string(),
  attempts: z.string().regex(/^(\d+x\d+(,\d+x\d+)*)?$/),
}).transform(unpackTargets);

/** Packs targets for their group's record. */
export function packTargets(targets: readonly PackedTarget[]): { states: string; attempts: string } {
  const runs: { attempt: number; count: number }[] = [];
  let states = "";
  for (const { attempt, state } of targets) {
    states += LETTERS[state];
    const last = runs.at(-1);
    if (last?.attempt === attempt) last.count++;
    else runs.push({ attempt, count: 1 });
  }
  return { states, attempts: runs.map(({ attempt, count }) => `${attempt}x${count}`).join(",") };
}

/** Throws a `TypeError` for what `packTargets` never makes. */
function unpackTargets({ states, attempts }: { states: string; attempts: string }): PackedTarget[] {
  const targets: PackedTarget[] = [];
  for (const run of attempts === "" ? [] : attempts.split(",")) {
    const [attempt = 1, count = 0] = run.split("x").map(Number);
    const end = targets.length + count;
    if (end > states.length) throw new TypeError(`${states.length} states of more targets`);
    while (targets.length < end) {
      const state = STATES.get(states.charAt(targets.length));
      if (state === undefined) throw new TypeError(`"${states.charAt(targets.length)}" is no state of a target`);
      targets.push({ selector: "", attempt, state });
    }
  }
  if (targets.length < states.length) throw new TypeError(`${states.length} states of ${targets.length} targets`);
  return targets;
}
