import { firstFence } from "../model/mod.ts";
import { fenceTable } from "../store/mod.ts";

/** A fence with its term raised by one, all else kept; the first one when there is none yet. */
export function raiseTerm(bytes: Uint8Array | null): Uint8Array {
  const fence = bytes === null ? firstFence : fenceTable.decode(bytes);
  return fenceTable.encode({ ...fence, term: fence.term + 1 });
}

/** The term that a fence says. */
export function termOf(bytes: Uint8Array): number {
  return fenceTable.decode(bytes).term;
}
