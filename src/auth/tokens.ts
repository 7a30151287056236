import type { AuditTrail } from "../audit/mod.ts";
import { type Actor, type ApiToken, type JoinToken, type Node, THE_CLUSTER, type Token } from "../model/mod.ts";
import { CarillonError, type Clock, invalid, type Random } from "../runtime/mod.ts";
import { type Entry, type Store, StoreChange, tokenKey, tokenPrefix, tokenTable } from "../store/mod.ts";
import { changeToken, type KnownToken, KnownTokens } from "./known_tokens.ts";
import {
  hashOf,
  isSecretOf,
  namedTokenId,
  newSecret,
  newTokenId,
  nodeTokenId,
  readToken,
  writeToken,
} from "./token_text.ts";
import { TokenWatch } from "./token_watch.ts";

/** The name of the token that a store's first server makes. */
const FIRST_NAME = "admin";

/** A node's own token is replaced after so long, and the one before it holds for so long, in milliseconds. */
const RENEWED_AFTER_MS = 24 * 3_600_000;
const FORMER_FOR_MS = 3_600_000;

const NO_TOKEN = "Cannot answer: this server asks for a token, by `Authorization: Bearer …`; " +
  "give carillon one with --token, an agent with --join-token";

/** What tokens are kept with. */
export interface TokensDeps {
  store: Store;
  clock: Clock;
  random: Random;
  audit: AuditTrail;
}

/** What is stored of a token, with its id. */
export interface StoredToken {
  id: string;
  token: Token;
}

/** What is asked for of a token for the API. */
export type NewApiToken = Pick<ApiToken, "name" | "role" | "scope" | "expiresAt">;

/** What is asked for of a token to join with. */
export type NewJoinToken = Pick<JoinToken, "tags" | "once" | "expiresAt">;

/** The token that a store's first server makes. */
const FIRST: NewApiToken = { name: FIRST_NAME, role: "admin", scope: null, expiresAt: null };

/** Any node may join with it, as often as it likes. */
const PLAIN_JOIN: NewJoinToken = { tags: null, once: false, expiresAt: null };

/** Makes tokens, stores their hashes, and tells whose a token is. */
export class Tokens {
  readonly #deps: TokensDeps;
  readonly #watch: TokenWatch;
  readonly #known: KnownTokens;

  constructor(deps: TokensDeps) {
    this.#deps = deps;
    this.#known = new KnownTokens(deps);
    this.#watch = new TokenWatch({ clock: deps.clock, check: (text) => this.holder(text) });
  }

  /** Makes a token for the API; it can be shown now and never again. Throws `invalid` where its name has one. */
  async create(wanted: NewApiToken, actor: Actor): Promise<string> {
    if (wanted.name === FIRST_NAME && wanted.role !== "admin") {
      throw invalid(`Cannot create token "${FIRST_NAME}": the name is for an admin's`, [
        { path: "name", message: "is for an admin's token" },
      ]);
    }
    const token = await this.#createNamed(wanted, newSecret(this.#deps.random), actor);
    if (token !== null) return token;
    throw invalid(`Cannot create token "${wanted.name}": there is one; revoke it first`, [
      { path: "name", message: "is taken" },
    ]);
  }

  /** Makes a join token. It can be shown now and never again. */
  async createJoin(wanted: NewJoinToken = PLAIN_JOIN, actor: Actor = THE_CLUSTER): Promise<string> {
    const { clock, random, audit } = this.#deps;
    const id = newTokenId(random), secret = newSecret(random);
    const change = new StoreChange();
    const entry = { key: tokenKey(id), value: null, versionstamp: null };
    const made = { hash: hashOf(secret), createdAt: clock.now(), createdBy: actor.by };
    changeToken(change, entry, { kind: "join", ...wanted, ...made, usedBy: null }, clock.now());
    audit.write(change, actor, { action: "token.create", target: id, after: { kind: "join", ...wanted } });
    await this.#deps.store.commit(change);
    return writeToken("join", { id, secret });
  }

  /** Makes the first token of an admin when the store has none of an admin yet; null when it has. */
  async createFirst(): Promise<string | null> {
    const known = await this.all();
    if (known.some(({ token }) => token.kind === "api" && token.role === "admin")) return null;
    return await this.#createNamed(FIRST, newSecret(this.#deps.random), THE_CLUSTER);
  }

  /** Takes a token that was made elsewhere for an admin's, unless it is known already. Throws `invalid` for what is none. */
  async adopt(text: string): Promise<void> {
    const { store, clock, audit } = this.#deps;
    const given = readToken(text);
    if (given === undefined || !text.startsWith("carillon_api_")) {
      throw invalid("Cannot take the admin token: it is none; an empty file is filled with a new one");
    }
    const entry = await store.read(tokenTable, tokenKey(given.id));
    if (entry.value !== null && isSecretOf(given.secret, entry.value.hash)) return;
    const change = new StoreChange();
    const made = { hash: hashOf(given.secret), createdAt: clock.now(), createdBy: THE_CLUSTER.by };
    changeToken(change, entry, { kind: "api", ...FIRST, ...made }, clock.now());
    audit.write(change, THE_CLUSTER, { action: "token.create", target: FIRST_NAME, after: FIRST });
    await store.commit(change);
  }

  /**
   * Makes a node's own token, in place of one that it had; `holder` is what it came with. Its own one holds for an hour more.
   * Throws `forbidden` for a join token that is another node's.
   */
  async createForNode({ name, id, tags }: Pick<Node, "name" | "id" | "tags">, holder?: KnownToken): Promise<string> {
    const { store, clock, random } = this.#deps;
    const tokenId = nodeTokenId(name);
    const secret = newSecret(random);
    while (true) {
      const change = new StoreChange();
      if (holder !== undefined) await this.#useUp(change, holder, id);
      const entry = await store.read(tokenTable, tokenKey(tokenId));
      const isOwn = holder?.token.kind === "node" && holder.token.nodeId === id;
      const former = isOwn ? { hash: holder.hash, until: clock.now() + FORMER_FOR_MS } : null;
      const own = { kind: "node", node: name, nodeId: id, tags, createdBy: "", expiresAt: null, former } as const;
      changeToken(change, entry, { ...own, hash: hashOf(secret), createdAt: clock.now() }, clock.now());
      if ((await store.commit(change)).outcome === "applied") return writeToken("node", { id: tokenId, secret });
    }
  }

  /** A new token for a node whose own is old, or has been replaced by one that it never got; null for one that is well served. */
  async renewed(holder: KnownToken): Promise<string | null> {
    const { token, hash } = holder;
    if (token.kind !== "node") return null;
    if (token.hash === hash && this.#deps.clock.now() - token.createdAt < RENEWED_AFTER_MS) return null;
    return await this.createForNode({ name: token.node, id: token.nodeId, tags: token.tags }, holder);
  }

  /** Adds to a change that a node's own token goes; one that another node of the name has stays. */
  async dropOfNode(change: StoreChange, { name, id }: Pick<Node, "name" | "id">): Promise<void> {
    const entry = await this.#deps.store.read(tokenTable, tokenKey(nodeTokenId(name)));
    if (entry.value?.kind === "node" && entry.value.nodeId === id) {
      changeToken(change, entry, null, this.#deps.clock.now());
    }
  }

  /** All tokens that are stored. */
  async all(): Promise<StoredToken[]> {
    const found = await this.#deps.store.list(tokenTable, { prefix: tokenPrefix() });
    return found.map(({ key, value }) => ({ id: String(key[1]), token: value }));
  }

  /** Lets a token open nothing any more, at each server within half a second. Throws `not_found`. */
  async revoke(id: string, actor: Actor): Promise<Token> {
    const { store, audit, clock } = this.#deps;
    while (true) {
      const entry = await store.read(tokenTable, tokenKey(id));
      if (entry.value === null) throw new CarillonError("not_found", `Cannot find token "${id}"`);
      const change = new StoreChange();
      changeToken(change, entry, null, clock.now());
      audit.write(change, actor, { action: "token.revoke", target: titleOf(id, entry.value) });
      if ((await store.commit(change)).outcome === "applied") return entry.value;
    }
  }

  /**
   * Whose a token is, as it was within the last half second. Throws `unauthorized` for none, for one that is not known, or no
   * longer, and for one that has expired.
   */
  async holder(text: string | null): Promise<KnownToken> {
    if (text === null || text === "") throw new CarillonError("unauthorized", NO_TOKEN);
    const shown = await this.#known.shown(text);
    if (shown) return this.#unexpired(shown);
    const given = readToken(text);
    const token = given && await this.#known.find(given.id, (known) => this.#opens(given.secret, known));
    if (!given || !token || !this.#opens(given.secret, token)) {
      throw new CarillonError("unauthorized", "Cannot answer: the token is not known here");
    }
    const holder = { id: given.id, token, hash: hashOf(given.secret) };
    this.#known.noteShown(text, holder);
    return this.#unexpired(holder);
  }

  #unexpired(holder: KnownToken): KnownToken {
    const { expiresAt } = holder.token;
    if (expiresAt === null || expiresAt > this.#deps.clock.now()) return holder;
    throw new CarillonError("unauthorized", "Cannot answer: the token has expired");
  }

  /** What is stored of a token, as it was within the last half second; null where there is none. */
  async find(id: string): Promise<Token | null> {
    return await this.#known.find(id, () => true);
  }

  /** Calls `tell` once, within a second, when a token was revoked or has expired, unless it is disposed before. */
  watch(text: string, tell: () => void): Disposable {
    return this.#watch.watch(text, tell);
  }

  #opens(secret: string, token: Token): boolean {
    if (isSecretOf(secret, token.hash)) return true;
    const former = token.kind === "node" ? token.former : null;
    return former !== null && this.#deps.clock.now() < former.until && isSecretOf(secret, former.hash);
  }

  async #createNamed(wanted: NewApiToken, secret: string, actor: Actor): Promise<string | null> {
    const { store, clock, audit } = this.#deps;
    const id = namedTokenId(wanted.name);
    const change = new StoreChange();
    const entry: Entry<Token> = { key: tokenKey(id), value: null, versionstamp: null };
    const made = { hash: hashOf(secret), createdAt: clock.now(), createdBy: actor.by };
    changeToken(change, entry, { kind: "api", ...wanted, ...made }, clock.now());
    audit.write(change, actor, { action: "token.create", target: wanted.name, after: wanted });
    const { outcome } = await store.commit(change);
    return outcome === "applied" ? writeToken("api", { id, secret }) : null;
  }

  /** A join token for one node alone is that node's from now on: it may join again, and no other. Throws `forbidden`. */
  async #useUp(change: StoreChange, { id, token }: KnownToken, nodeId: string): Promise<void> {
    if (token.kind !== "join" || !token.once) return;
    const entry = await this.#deps.store.read(tokenTable, tokenKey(id));
    const usedBy = entry.value?.kind === "join" ? entry.value.usedBy : undefined;
    if (entry.value?.kind !== "join" || (usedBy !== null && usedBy !== nodeId)) {
      throw new CarillonError("forbidden", "Cannot join: the join token was for one node, which has joined");
    }
    changeToken(change, entry, { ...entry.value, usedBy: nodeId }, this.#deps.clock.now());
  }
}

/** What a token is called: by its name, its node, or its id where it has neither. */
function titleOf(id: string, token: Token): string {
  return token.kind === "api" ? token.name : token.kind === "node" ? token.node : id;
}
