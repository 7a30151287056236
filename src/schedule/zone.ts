/** A stretch of time [fromMs, toMs) in which a zone keeps one offset from UTC. */
export interface Stretch {
  /** Epoch milliseconds; -Infinity for the first stretch of a zone. */
  readonly fromMs: number;
  /** Epoch milliseconds; Infinity for the last. */
  readonly toMs: number;
  /** Wall time less UTC. */
  readonly offsetMs: number;
  /** The offset before `fromMs`; equals `offsetMs` in the first stretch. */
  readonly earlierOffsetMs: number;
}

/** Stretches that one zone remembers, and zones remembered, at most; past that they are looked up anew. */
const MAX_STRETCHES = 1_000, MAX_ZONES = 1_000;

/** What Temporal can represent, in milliseconds on either side of the epoch. */
const MAX_INSTANT_MS = 8.64e15;

/** A pure memory of the platform's time zone data: it changes how fast answers come, never what they are. */
const zones = new Map<string, ZoneStretches>();

/** Whether a text names a time zone that this platform knows (IANA name in any case, or an offset such as `+05:30`). */
export function isTimeZone(name: string): boolean {
  if (zones.has(name)) return true;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The stretch of constant offset that holds an instant. The zone must be one that `isTimeZone` accepts. */
export function stretchAt(zone: string, ms: number): Stretch {
  let stretches = zones.get(zone);
  if (!stretches) {
    if (zones.size >= MAX_ZONES) zones.clear();
    stretches = new ZoneStretches(zone);
    zones.set(zone, stretches);
  }
  return stretches.at(ms);
}

/** The stretches of one zone that were asked for so far, ascending. */
class ZoneStretches {
  #known: Stretch[] = [];
  #last: Stretch | undefined;

  constructor(readonly zone: string) {}

  at(ms: number): Stretch {
    const last = this.#last;
    if (last && ms >= last.fromMs && ms < last.toMs) return last;
    const place = this.#placeOf(ms);
    let found = this.#known[place - 1];
    if (!found || ms >= found.toMs) {
      found = loadStretch(this.zone, ms);
      if (this.#known.length >= MAX_STRETCHES) this.#known = [found];
      else this.#known.splice(place, 0, found);
    }
    this.#last = found;
    return found;
  }

  /** How many known stretches begin at or before `ms`. */
  #placeOf(ms: number): number {
    let low = 0, high = this.#known.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#known[middle]?.fromMs ?? Infinity) <= ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function loadStretch(zone: string, ms: number): Stretch {
  const instantMs = Math.max(-MAX_INSTANT_MS, Math.min(Math.floor(ms), MAX_INSTANT_MS));
  const here = Temporal.Instant.fromEpochMilliseconds(instantMs).toZonedDateTimeISO(zone);
  const next = here.getTimeZoneTransition("next");
  // The search looks strictly before its instant, which may itself be a transition.
  const previous = here.add({ nanoseconds: 1 }).getTimeZoneTransition("previous");
  const offsetMs = here.offsetNanoseconds / 1e6;
  return {
    fromMs: previous?.epochMilliseconds ?? -Infinity,
    toMs: next?.epochMilliseconds ?? Infinity,
    offsetMs,
    earlierOffsetMs: previous ? previous.subtract({ nanoseconds: 1 }).offsetNanoseconds / 1e6 : offsetMs,
  };
}
