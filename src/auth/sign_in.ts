import type { AuditTrail } from "../audit/mod.ts";
import { CarillonError, type Clock } from "../runtime/mod.ts";
import { callerOf } from "./admission.ts";
import { Attempts } from "./attempts.ts";
import type { Oidc } from "./oidc.ts";
import type { Sessions } from "./sessions.ts";
import type { Tokens } from "./tokens.ts";
import type { Users } from "./users.ts";

/** Passwords that are looked at at the same time: each takes 32 MiB and a core for a while. */
const AT_ONCE = 4;

/** What signing in works with. */
export interface SignInDeps {
  tokens: Tokens;
  users: Users;
  sessions: Sessions;
  /** Null where nobody else says who somebody is. */
  oidc: Oidc | null;
  audit: AuditTrail;
  clock: Clock;
}

/** The ways in for people. Each answers the secret of a new session, and throws `unauthorized` for who is not known. */
export class SignIn {
  readonly #deps: SignInDeps;
  readonly #attempts: Attempts;
  #underWay = 0;

  constructor(deps: SignInDeps) {
    this.#deps = deps;
    this.#attempts = new Attempts(deps.clock);
  }

  /** With a token of the API. Throws `too_many` after many wrong ones from an address, `forbidden` for a token of another kind. */
  async withToken(text: string, from: string): Promise<string> {
    const { tokens, sessions } = this.#deps;
    const address = `address/${from}`;
    this.#attempts.admit(address);
    try {
      const { id, token } = await tokens.holder(text);
      const { name } = callerOf(token);
      this.#attempts.succeed(address);
      return await sessions.open({ kind: "token", id }, { by: name, from });
    } catch (thrown) {
      if (isRefusal(thrown)) await this.#refused("token", from, this.#attempts.fail(address));
      throw thrown;
    }
  }

  /** With a name and a password. Throws `too_many` after many wrong ones for the name or from the address. */
  async withPassword(name: string, password: string, from: string): Promise<string> {
    const { users, sessions } = this.#deps;
    const keys = [`user/${name}`, `address/${from}`];
    this.#attempts.admit(...keys);
    if (this.#underWay >= AT_ONCE) {
      throw new CarillonError("too_many", "Cannot sign in: many others do at this moment; try again in 1 s", {
        retryAfterMs: 1_000,
      });
    }
    this.#underWay += 1;
    const user = await users.withPassword(name, password).finally(() => this.#underWay -= 1);
    if (user === null) {
      await this.#refused(name, from, this.#attempts.fail(...keys));
      throw new CarillonError("unauthorized", "Cannot sign in: the name or the password is wrong");
    }
    this.#attempts.succeed(...keys);
    return await sessions.open({ kind: "user", name }, { by: name, from });
  }

  /** Begins to ask the OpenID provider. Throws `not_found` where there is none, `unavailable` when it does not answer. */
  async beginOidc(redirectUri: string, to: string): Promise<{ url: string; flow: string }> {
    return await this.#provider().begin(redirectUri, to);
  }

  /**
   * With what the OpenID provider answered; `kept` is what the browser kept since it was sent there. Throws `too_many` after many
   * wrong answers from an address, and what `Oidc.finish` throws.
   */
  async withOidc(answered: URL, kept: string, from: string): Promise<{ secret: string; to: string }> {
    const oidc = this.#provider();
    const address = `address/${from}`;
    this.#attempts.admit(address);
    try {
      const { person: { name, ...of }, to } = await oidc.finish(answered, kept);
      this.#attempts.succeed(address);
      return { secret: await this.#deps.sessions.open({ kind: "oidc", ...of }, { by: name, from }), to };
    } catch (thrown) {
      if (isRefusal(thrown)) await this.#refused("oidc", from, this.#attempts.fail(address));
      throw thrown;
    }
  }

  #provider(): Oidc {
    const { oidc } = this.#deps;
    if (oidc !== null) return oidc;
    throw new CarillonError("not_found", "Cannot sign in with OpenID Connect: this server knows no provider");
  }

  /** The trail tells of wrong attempts, and is not flooded by them: of the 1st, 2nd, 4th, 8th, … */
  async #refused(who: string, from: string, times: number): Promise<void> {
    if (!Number.isInteger(Math.log2(times))) return;
    const target = who.slice(0, 200);
    await this.#deps.audit.note({ by: "nobody", from }, {
      action: "session.refuse",
      target,
      after: { attempts: times },
    });
  }
}

function isRefusal(thrown: unknown): boolean {
  return thrown instanceof CarillonError && (thrown.code === "unauthorized" || thrown.code === "forbidden");
}
