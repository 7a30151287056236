import type { Node, Token } from "../model/mod.ts";
import { CarillonError, type Clock, type Random } from "../runtime/mod.ts";
import { deleteToken, putToken, type Store, StoreChange, tokenKey, tokenPrefix, tokenTable } from "../store/mod.ts";
import { hashOf, isSecretOf, newSecret, newTokenId, nodeTokenId, readToken, writeToken } from "./token_text.ts";

const NO_TOKEN = "Cannot answer: this server asks for a token, by `Authorization: Bearer …`; " +
  "give carillon one with --token, an agent with --join-token";

/** What tokens are kept with. */
export interface TokensDeps {
  store: Store;
  clock: Clock;
  random: Random;
}

/** Makes tokens, stores their hashes, and tells whose a token is. */
export class Tokens {
  readonly #deps: TokensDeps;

  constructor(deps: TokensDeps) {
    this.#deps = deps;
  }

  /** Makes a join token. It can be shown now and never again. */
  createJoin(): Promise<string> {
    return this.#create(newTokenId(this.#deps.random), { kind: "join" });
  }

  /** Makes a join token when the store has none yet; null when it has. */
  async createFirst(): Promise<string | null> {
    const known = await this.#deps.store.list(tokenTable, { prefix: tokenPrefix() });
    return known.some(({ value }) => value.kind === "join") ? null : await this.createJoin();
  }

  /** Makes a node's own token, in place of one that it had. */
  createForNode({ name, id, tags }: Pick<Node, "name" | "id" | "tags">): Promise<string> {
    return this.#create(nodeTokenId(name), { kind: "node", node: name, nodeId: id, tags });
  }

  /** Adds to a change that a node's own token goes; one that another node of the name has stays. */
  async dropOfNode(change: StoreChange, { name, id }: Pick<Node, "name" | "id">): Promise<void> {
    const entry = await this.#deps.store.read(tokenTable, tokenKey(nodeTokenId(name)));
    if (entry.value?.kind === "node" && entry.value.nodeId === id) deleteToken(change, entry);
  }

  /** Whose a token is. Throws `unauthorized` for none, and for one that is not known. */
  async holder(text: string | null): Promise<Token> {
    if (text === null || text === "") {
      throw new CarillonError("unauthorized", NO_TOKEN);
    }
    const token = readToken(text);
    const stored = token && (await this.#deps.store.read(tokenTable, tokenKey(token.id))).value;
    if (token && stored && isSecretOf(token.secret, stored.hash)) return stored;
    throw new CarillonError("unauthorized", "Cannot answer: the token is not known here");
  }

  async #create(id: string, whose: JoinOrNode): Promise<string> {
    const { store, clock, random } = this.#deps;
    const secret = newSecret(random);
    while (true) {
      const change = new StoreChange();
      const entry = await store.read(tokenTable, tokenKey(id));
      putToken(change, entry, { ...whose, hash: hashOf(secret), createdAt: clock.now() });
      if ((await store.commit(change)).outcome === "applied") return writeToken(whose.kind, { id, secret });
    }
  }
}

type Bare<T> = T extends Token ? Omit<T, "hash" | "createdAt"> : never;
type JoinOrNode = Bare<Token>;
