import { Needles, NOWHERE } from "./needles.ts";
import { formsOf } from "./secret_forms.ts";

const STARS = new TextEncoder().encode("***");

/** What of the bytes is not to be seen; `told`: its stars have gone out. */
interface Hidden {
  from: number;
  to: number;
  told: boolean;
}

/**
 * Puts `***` in place of secrets in a stream of bytes, also where one comes in pieces: what may be the beginning of one is
 * held back until more has come. Only that, so that output is otherwise shown as it comes.
 */
export class SecretMask {
  readonly #needles: Needles;
  #state = NOWHERE;
  /** What has come and not gone out: exactly as many bytes as some secret begins with. */
  #held: Uint8Array = new Uint8Array();
  /** Places in it, in order, that do not overlap. */
  #hidden: Hidden[] = [];

  private constructor(needles: Needles) {
    this.#needles = needles;
  }

  /** A mask for these secrets, those of fewer than 4 characters left out; undefined where there are none. */
  static of(secrets: readonly string[] = []): SecretMask | undefined {
    const forms = secrets.flatMap(formsOf);
    return forms.length > 0 ? new SecretMask(new Needles(forms)) : undefined;
  }

  /** What may go out, now that these bytes have come. */
  take(chunk: Uint8Array): Uint8Array {
    const seen = this.#held.length;
    const bytes = joined([this.#held, chunk]);
    let state = this.#state;
    for (let i = 0; i < chunk.length; i++) {
      state = this.#needles.next(state, chunk[i] ?? 0);
      const matched = this.#needles.matched(state);
      if (matched > 0) this.#hide(seen + i + 1 - matched, seen + i + 1);
    }
    this.#state = state;
    return this.#settle(bytes, bytes.length - this.#needles.depth(state));
  }

  /** What was held back, now that nothing more comes. */
  rest(): Uint8Array {
    this.#state = NOWHERE;
    return this.#settle(this.#held, this.#held.length);
  }

  /** A whole text without its secrets. */
  text(text: string): string {
    const fresh = new SecretMask(this.#needles);
    return new TextDecoder().decode(joined([fresh.take(new TextEncoder().encode(text)), fresh.rest()]));
  }

  /** Matches come in the order of their ends; one that overlaps those before it is one place with them. */
  #hide(from: number, to: number): void {
    const place: Hidden = { from, to, told: false };
    for (let last = this.#hidden.at(-1); last && last.to > from; last = this.#hidden.at(-1)) {
      place.from = Math.min(place.from, last.from);
      place.told ||= last.told;
      this.#hidden.pop();
    }
    this.#hidden.push(place);
  }

  /** Lets go what lies before `until`: nothing that comes can hide any of it. */
  #settle(bytes: Uint8Array, until: number): Uint8Array {
    const parts: Uint8Array[] = [];
    const kept: Hidden[] = [];
    let at = 0;
    for (const { from, to, told } of this.#hidden) {
      if (from >= until) {
        kept.push({ from: from - until, to: to - until, told });
        continue;
      }
      parts.push(bytes.subarray(at, from));
      if (!told) parts.push(STARS);
      at = Math.min(to, until);
      if (to > until) kept.push({ from: 0, to: to - until, told: true });
    }
    parts.push(bytes.subarray(at, until));
    this.#hidden = kept;
    this.#held = bytes.slice(until);
    return joined(parts);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
