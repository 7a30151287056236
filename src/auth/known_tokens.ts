import { LRUCache } from "lru-cache";
import type { Token } from "../model/mod.ts";
import type { Clock } from "../runtime/mod.ts";
import {
  covered,
  deleteToken,
  type Entry,
  putToken,
  putTokenChange,
  type Store,
  type StoreChange,
  tokenChangeKey,
  tokenChangeTable,
  tokenKey,
  tokenTable,
  writesOf,
} from "../store/mod.ts";

/** How often is looked whether any token was changed, in milliseconds: one that is revoked opens nothing a second later. */
const LOOK_EVERY_MS = 500;

/** What is known of a token is read again after so long all the same: servers of an earlier version do not tell. Milliseconds. */
const KNOWN_FOR_MS = 30_000;

/** Tokens that are known at a time. */
const KNOWN = 10_000;

/** Of these, the ones that are known by their text: to hash one takes longer than all else that is done with it. */
const SHOWN = 1_000;

/** A token that was shown, and the hash of the secret that it was shown with. */
export interface KnownToken {
  id: string;
  token: Token;
  hash: string;
}

interface Read {
  token: Token;
  /** Monotonic milliseconds. */
  readAt: number;
}

/**
 * What is known of stored tokens. Whoever changes one that is there says so by one key (`changeToken`), which each server looks
 * at twice a second: a thousand agents that poll cost no reads of their own.
 */
export class KnownTokens {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #byId = new LRUCache<string, Read>({ max: KNOWN });
  readonly #byText = new LRUCache<string, Read & { holder: KnownToken }>({ max: SHOWN });
  /** The versionstamp of the last change that was seen. */
  #change: string | null = null;
  #lookedAt = -Infinity;
  #looking: Promise<void> | undefined;
  /** How often all was forgotten: what was read before is not remembered after. */
  #forgotten = 0;

  constructor({ store, clock }: { store: Store; clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
    store.onApplied((change) => {
      for (const _ of writesOf(change, tokenTable)) return this.#forget();
    });
  }

  /** Who was shown by this text just now; undefined where that has to be looked at. */
  async shown(text: string): Promise<KnownToken | undefined> {
    await this.#look();
    const shown = this.#byText.get(text);
    return shown && this.#isFresh(shown) ? shown.holder : undefined;
  }

  /** Remembers whom a text has shown: a token that was `find`ed just now. */
  noteShown(text: string, holder: KnownToken): void {
    const known = this.#byId.get(holder.id);
    if (known?.token === holder.token) this.#byText.set(text, { ...known, holder });
  }

  /** What is stored of a token; what is remembered of it only where that `isEnough`. Null where there is none. */
  async find(id: string, isEnough: (token: Token) => boolean): Promise<Token | null> {
    await this.#look();
    const known = this.#byId.get(id);
    if (known && this.#isFresh(known) && isEnough(known.token)) return known.token;
    const [readAt, forgotten] = [this.#clock.monotonic(), this.#forgotten];
    const token = (await this.#store.read(tokenTable, tokenKey(id))).value;
    if (token === null) this.#byId.delete(id);
    else if (forgotten === this.#forgotten) this.#byId.set(id, { token, readAt });
    return token;
  }

  #isFresh({ readAt }: Read): boolean {
    return this.#clock.monotonic() - readAt < KNOWN_FOR_MS;
  }

  async #look(): Promise<void> {
    if (this.#clock.monotonic() - this.#lookedAt < LOOK_EVERY_MS) return;
    await (this.#looking ??= this.#lookNow().finally(() => this.#looking = undefined));
  }

  async #lookNow(): Promise<void> {
    const lookedAt = this.#clock.monotonic();
    const { versionstamp } = await this.#store.read(tokenChangeTable, tokenChangeKey());
    if (versionstamp !== this.#change) this.#forget();
    this.#change = versionstamp;
    this.#lookedAt = lookedAt;
  }

  #forget(): void {
    this.#forgotten++;
    this.#byId.clear();
    this.#byText.clear();
  }
}

/** Adds to a change that a token is written, or deleted (null). That one was there before which is so no more is told to all servers. */
export function changeToken(change: StoreChange, entry: Entry<Token>, token: Token | null, atMs: number): void {
  if (token === null) deleteToken(change, entry);
  else putToken(change, entry, token);
  if (entry.value !== null) putTokenChange(change, covered(tokenChangeKey()), { at: atMs });
}
