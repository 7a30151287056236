import { LRUCache } from "lru-cache";
import type { AuditTrail } from "../audit/mod.ts";
import type { Actor, Session } from "../model/mod.ts";
import { CarillonError, type Clock, type Random } from "../runtime/mod.ts";
import {
  deleteSession,
  putSession,
  sessionKey,
  sessionPrefix,
  sessionTable,
  type Store,
  StoreChange,
  writesOf,
} from "../store/mod.ts";
import type { Caller } from "./caller.ts";
import { hashOf, isSecretOf, newSecret, newTokenId } from "./token_text.ts";
import { TokenWatch } from "./token_watch.ts";
import type { Tokens } from "./tokens.ts";
import type { Users } from "./users.ts";

/** How long somebody stays signed in, in milliseconds. */
export const SESSION_MS = 12 * 3_600_000;

/** What is read of a session, and of what it stands on, holds for so long, in milliseconds. */
const KNOWN_FOR_MS = 500;
/** Sessions that are known at a time. */
const KNOWN = 10_000;

/** What sessions are kept with. */
export interface SessionsDeps {
  store: Store;
  clock: Clock;
  random: Random;
  audit: AuditTrail;
  tokens: Tokens;
  users: Users;
  /** Whose word is taken for who somebody is; null: of nobody. */
  issuer: string | null;
}

/** People who are signed in: each browser has a secret, of which the hash is stored. */
export class Sessions {
  readonly #deps: SessionsDeps;
  readonly #watch: TokenWatch;
  readonly #known = new LRUCache<string, { caller: Caller; hash: string; expiresAt: number; readAt: number }>({
    max: KNOWN,
  });

  constructor(deps: SessionsDeps) {
    this.#deps = deps;
    this.#watch = new TokenWatch({ clock: deps.clock, check: (text) => this.holder(text) });
    deps.store.onApplied((change) => {
      for (const { key } of writesOf(change, sessionTable)) this.#known.delete(String(key[1]));
    });
  }

  /** Signs somebody in; answers the secret, which is shown to that browser alone. Sessions that have ended are swept. */
  async open(of: Session["of"], actor: Actor): Promise<string> {
    const { store, clock, random, audit } = this.#deps;
    const id = newTokenId(random), secret = newSecret(random), nowMs = clock.now();
    const change = new StoreChange();
    const session: Session = {
      hash: hashOf(secret),
      name: actor.by,
      of,
      createdAt: nowMs,
      expiresAt: nowMs + SESSION_MS,
    };
    putSession(change, { key: sessionKey(id), value: null, versionstamp: null }, session);
    audit.write(change, actor, { action: "session.create", target: actor.by, after: { way: of.kind } });
    await store.commit(change);
    await this.#sweep(nowMs);
    return `${id}_${secret}`;
  }

  /** Who is signed in with a secret, as it was within the last half second. Throws `unauthorized` for nobody. */
  async holder(text: string): Promise<Caller> {
    const [, id = "", secret = ""] = /^([0-9a-z]{26})_([0-9a-z]{52})$/.exec(text) ?? [];
    const known = this.#known.get(id);
    const isFresh = known !== undefined && this.#deps.clock.monotonic() - known.readAt < KNOWN_FOR_MS;
    const session = isFresh ? known : await this.#read(id);
    if (session === null || !isSecretOf(secret, session.hash) || session.expiresAt <= this.#deps.clock.now()) {
      throw new CarillonError("unauthorized", "Cannot answer: you are not signed in any more");
    }
    return session.caller;
  }

  /** Calls `tell` once, within a second, when a session opens nothing any more, unless it is disposed before. */
  watch(text: string, tell: () => void): Disposable {
    return this.#watch.watch(text, tell);
  }

  /** Signs out; nothing happens where nobody is signed in with it. */
  async end(text: string, actor: Actor): Promise<void> {
    const { store, audit } = this.#deps;
    await this.holder(text);
    const entry = await store.read(sessionTable, sessionKey(text.split("_")[0] ?? ""));
    if (entry.value === null) return;
    const change = new StoreChange();
    deleteSession(change, entry);
    audit.write(change, actor, { action: "session.end", target: actor.by });
    await store.commit(change);
  }

  /** Null where there is none, or what it stands on is no more. */
  async #read(id: string) {
    const { store, clock } = this.#deps;
    const readAt = clock.monotonic();
    const session = id === "" ? null : (await store.read(sessionTable, sessionKey(id))).value;
    const caller = session && await this.#callerOf(session);
    if (session === null || caller === null) {
      this.#known.delete(id);
      return null;
    }
    const known = { caller, hash: session.hash, expiresAt: session.expiresAt, readAt };
    this.#known.set(id, known);
    return known;
  }

  async #callerOf({ name, of }: Session): Promise<Caller | null> {
    const { tokens, users, issuer, clock } = this.#deps;
    switch (of.kind) {
      case "token": {
        const token = await tokens.find(of.id);
        if (token?.kind !== "api" || (token.expiresAt !== null && token.expiresAt <= clock.now())) return null;
        return { name, role: token.role, scope: token.scope };
      }
      case "user": {
        const user = await users.find(of.name);
        return user && { name, role: user.role, scope: user.scope };
      }
      case "oidc":
        return of.issuer === issuer ? { name, role: of.role, scope: null } : null;
      default:
        return of satisfies never;
    }
  }

  async #sweep(nowMs: number): Promise<void> {
    const { store } = this.#deps;
    for await (const entry of store.scan(sessionTable, { prefix: sessionPrefix() })) {
      if (entry.value.expiresAt > nowMs) continue;
      const change = new StoreChange();
      deleteSession(change, entry);
      await store.commit(change);
    }
  }
}
