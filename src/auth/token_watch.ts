import { CarillonError, type Clock } from "../runtime/mod.ts";

/** How often tokens are looked at again, in milliseconds: with what is remembered of them, within a second in all. */
const LOOK_EVERY_MS = 400;

/** Tells who has come in with a token, and is still there, when it opens nothing any more. */
export class TokenWatch {
  readonly #clock: Clock;
  readonly #check: (text: string) => Promise<unknown>;
  /** Whom to tell, by token. */
  readonly #watched = new Map<string, Set<() => void>>();
  #isLooking = false;

  /** `check` throws `unauthorized` for a token that opens nothing. */
  constructor({ clock, check }: { clock: Clock; check: (text: string) => Promise<unknown> }) {
    this.#clock = clock;
    this.#check = check;
  }

  /** Calls `tell` once when the token was revoked or has expired, unless it is disposed before. */
  watch(text: string, tell: () => void): Disposable {
    const told = this.#watched.get(text) ?? new Set();
    this.#watched.set(text, told.add(tell));
    if (!this.#isLooking) void this.#look();
    return {
      [Symbol.dispose]: () => {
        told.delete(tell);
        if (told.size === 0 && this.#watched.get(text) === told) this.#watched.delete(text);
      },
    };
  }

  /** Never rejects: while the store does not answer nothing can have been revoked by it. */
  async #look(): Promise<void> {
    this.#isLooking = true;
    while (this.#watched.size > 0) {
      await this.#clock.sleep(LOOK_EVERY_MS);
      await Promise.all([...this.#watched.keys()].map(async (text) => {
        if (!await this.#isRefused(text)) return;
        const told = this.#watched.get(text) ?? [];
        this.#watched.delete(text);
        for (const tell of told) tell();
      }));
    }
    this.#isLooking = false;
  }

  async #isRefused(text: string): Promise<boolean> {
    try {
      await this.#check(text);
      return false;
    } catch (thrown) {
      return thrown instanceof CarillonError && thrown.code === "unauthorized";
    }
  }
}
