import type { Clock } from "../runtime/mod.ts";

/** How often a follower is shown what has happened, in milliseconds. */
const EACH_MS = 250;

/** Followers are shown in so many turns: all of them at one moment would hold up everything else. */
const SHIFTS = 10;

/** Followers who are shown what happens at the same moments, so that what one is shown can be made once for all. */
export interface Shift {
  /** Waits for its next moment; answers the number up to which is shown then, the same to all who wait. */
  next(): Promise<number>;
}

/** Spreads followers over shifts. */
export class Shifts {
  readonly #shifts: Shift[];
  #joined = 0;

  /** `upTo` tells the number of the event that comes next. */
  constructor(clock: Clock, upTo: () => number) {
    this.#shifts = Array.from({ length: SHIFTS }, (_, i) => shiftAt(i * EACH_MS / SHIFTS, clock, upTo));
  }

  /** The shift of one more follower. */
  join(): Shift {
    const shift = this.#shifts[this.#joined++ % SHIFTS];
    if (!shift) throw new RangeError("Cannot join a shift: there is none");
    return shift;
  }
}

/** A shift whose moments lie this long after each full quarter of a second. */
function shiftAt(afterMs: number, clock: Clock, upTo: () => number): Shift {
  let moment: Promise<number> | undefined;
  let lastMs = -Infinity;
  const untilNext = () => {
    const nowMs = clock.monotonic();
    const leftMs = EACH_MS - (nowMs - afterMs + EACH_MS) % EACH_MS;
    // A timer may end a little early, and its moment would come twice.
    return nowMs + leftMs - lastMs < EACH_MS / 2 ? leftMs + EACH_MS : leftMs;
  };
  return {
    next() {
      return moment ??= clock.sleep(untilNext()).then(() => {
        moment = undefined;
        lastMs = clock.monotonic();
        return upTo();
      });
    },
  };
}
