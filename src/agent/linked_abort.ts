/** Why one is aborted by itself: a reason of its own spares the making of an exception with its stack. */
const ENDED = "ended";

/** An abort of its own that comes with another one's at the latest; disposing of it lets go of the other. */
export class LinkedAbort implements Disposable {
  readonly #own = new AbortController();
  readonly #parent: AbortSignal;

  /** Aborts when `parent` does, at once if it has. */
  constructor(parent: AbortSignal) {
    this.#parent = parent;
    parent.addEventListener("abort", this.abort, { once: true });
    if (parent.aborted) this.abort();
  }

  /** Aborted when either is. */
  get signal(): AbortSignal {
    return this.#own.signal;
  }

  /** Aborts this one alone. */
  readonly abort = (): void => {
    this.#own.abort(this.#parent.aborted ? undefined : ENDED);
  };

  [Symbol.dispose](): void {
    this.#parent.removeEventListener("abort", this.abort);
  }
}
