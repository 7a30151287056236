import { hash64 } from "../runtime/mod.ts";

/**
 * How long after its nominal time a job is due: a value in [0, bound) fixed by the job and the time, where `bound` is
 * the smaller of `jitterMs` and half the gap to the next nominal time. All in milliseconds.
 */
export function jitterOffset(
  jobUid: string,
  nominalMs: number,
  jitterMs: number,
  nextNominalMs: number | undefined,
): number {
  const halfGapMs = nextNominalMs === undefined ? Infinity : Math.floor((nextNominalMs - nominalMs) / 2);
  const boundMs = Math.floor(Math.min(jitterMs, halfGapMs));
  if (!(boundMs > 0)) return 0;
  const [high, low] = hash64(`${jobUid} ${nominalMs}`);
  // 53 of the 64 bits: as many as a number holds exactly.
  return (high * 2 ** 21 + (low >>> 11)) % boundMs;
}
