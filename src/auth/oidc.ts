import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  type Configuration,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from "openid-client";
import { z } from "zod";
import { type Role, ROLES } from "../model/mod.ts";
import { CarillonError, type Clock, messageOf } from "../runtime/mod.ts";

/** How an OpenID provider is used. */
export interface OidcSettings {
  /** Its address, as its own discovery document names it. */
  issuer: string;
  clientId: string;
  /** Null for a public client: then PKCE alone binds the answer to the question. */
  clientSecret: string | null;
  /** What people know it by. */
  name: string;
  scope: string;
  /** The claim that holds a person's groups: a text, or a list of texts. */
  groupsClaim: string;
  /** What the members of a group may do; of several groups the most counts. */
  roles: Readonly<Record<string, Role>>;
  /** What somebody may do who is in none of these groups; null: nothing, not even come in. */
  otherRole: Role | null;
}

/** Who somebody is, as the provider says, and what they may do. */
export interface OidcPerson {
  issuer: string;
  subject: string;
  /** What they are called in the trail. */
  name: string;
  role: Role;
}

/** Longest wait for the provider, in seconds; how long what it says of itself holds, in milliseconds. */
const PATIENCE_S = 10, KNOWN_FOR_MS = 3_600_000;

/** What a browser keeps between the question and the answer. */
const flowSchema = z.object({ state: z.string(), nonce: z.string(), verifier: z.string(), to: z.string() });
type Flow = z.infer<typeof flowSchema>;

/** Groups as a claim holds them. */
const groupsSchema = z.union([z.array(z.string()), z.string().transform((one) => [one])]);

/**
 * Lets an OpenID provider say who somebody is (OpenID Connect Core 1.0, authorization code flow with PKCE, RFC 7636). Any
 * server can take the answer to another's question: what belongs to it is kept by the browser alone.
 */
export class Oidc {
  readonly #settings: OidcSettings;
  readonly #clock: Clock;
  #known: { config: Promise<Configuration>; readAt: number } | undefined;

  constructor(settings: OidcSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /** What people know the provider by. */
  get name(): string {
    return this.#settings.name;
  }

  /** Whose word is taken. */
  get issuer(): string {
    return this.#settings.issuer;
  }

  /**
   * Where a browser is to go to be asked who somebody is, and what it is to keep until it comes back to `redirectUri`; then it
   * goes to `to`. Throws `unavailable` when the provider does not answer.
   */
  async begin(redirectUri: string, to: string): Promise<{ url: string; flow: string }> {
    const config = await this.#config();
    const flow: Flow = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier(), to };
    const url = buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: this.#settings.scope,
      state: flow.state,
      nonce: flow.nonce,
      code_challenge: await calculatePKCECodeChallenge(flow.verifier),
      code_challenge_method: "S256",
    });
    return { url: url.href, flow: new TextEncoder().encode(JSON.stringify(flow)).toBase64({ alphabet: "base64url" }) };
  }

  /**
   * Who came back, and where they wanted to go. `answered` is the address that the provider sent the browser to. Throws
   * `unauthorized` for an answer that does not belong to the question, or is forged, late or a refusal, `forbidden` for who is
   * in no group that may come in, `unavailable` when the provider does not answer.
   */
  async finish(answered: URL, kept: string): Promise<{ person: OidcPerson; to: string }> {
    const { nonce, state, verifier, to } = readFlow(kept);
    const config = await this.#config();
    const { issuer, groupsClaim, roles, otherRole } = this.#settings;
    const tokens = await asking(() =>
      authorizationCodeGrant(config, answered, {
        expectedNonce: nonce,
        expectedState: state,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      })
    );
    let claims: Record<string, unknown> = tokens.claims() ?? {};
    const subject = String(claims.sub ?? "");
    if (claims[groupsClaim] === undefined && config.serverMetadata().userinfo_endpoint) {
      claims = { ...await asking(() => fetchUserInfo(config, tokens.access_token, subject)), ...claims };
    }
    const groups = groupsSchema.catch([]).parse(claims[groupsClaim]);
    const role = mostOf(groups.flatMap((group) => Object.hasOwn(roles, group) ? roles[group] ?? [] : [])) ?? otherRole;
    const name = nameOf(claims, subject);
    if (role === null) {
      throw new CarillonError("forbidden", `Cannot sign in: ${name} is in no group that may come in`);
    }
    return { person: { issuer, subject, name, role }, to };
  }

  async #config(): Promise<Configuration> {
    const nowMs = this.#clock.monotonic();
    if (this.#known === undefined || nowMs - this.#known.readAt > KNOWN_FOR_MS) {
      const config = this.#discover();
      const known = this.#known = { config, readAt: nowMs };
      config.catch(() => {
        if (this.#known === known) this.#known = undefined;
      });
    }
    return await this.#known.config;
  }

  async #discover(): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = this.#settings;
    const url = new URL(issuer);
    // The schema of the settings takes http of loopback alone.
    const execute = url.protocol === "http:" ? [allowInsecureRequests] : [];
    const config = await asking(() =>
      discovery(url, clientId, clientSecret ?? undefined, clientSecret === null ? None() : undefined, {
        execute: [...execute, enableNonRepudiationChecks],
        timeout: PATIENCE_S,
      })
    );
    return config;
  }
}

function readFlow(kept: string): Flow {
  try {
    const text = new TextDecoder().decode(Uint8Array.fromBase64(kept, { alphabet: "base64url" }));
    return flowSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new CarillonError("unauthorized", "Cannot sign in: this browser has not asked to, or too long ago", {
      cause,
    });
  }
}

/** Throws `unavailable` where the provider cannot be reached, `unauthorized` for what it refuses or what is not its own. */
async function asking<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    const detail = cause instanceof Error && cause.cause !== undefined ? `: ${messageOf(cause.cause)}` : "";
    const isDown = cause instanceof TypeError || (cause instanceof Error && isSilence(cause));
    throw isDown
      ? new CarillonError("unavailable", `Cannot sign in: the identity provider does not answer: ${messageOf(cause)}`, {
        cause,
      })
      : new CarillonError("unauthorized", `Cannot sign in: ${messageOf(cause)}${detail}`, { cause });
  }
}

function isSilence({ name, cause }: Error): boolean {
  return ["TimeoutError", "AbortError"].includes(name) || (cause instanceof Error && isSilence(cause));
}

function mostOf(roles: readonly Role[]): Role | null {
  return roles.length === 0 ? null : roles.reduce((a, b) => ROLES.indexOf(a) > ROLES.indexOf(b) ? a : b);
}

/** A name that is no token's and no user's, made of what may stand in the trail. */
function nameOf(claims: Record<string, unknown>, subject: string): string {
  const given = [claims.preferred_username, claims.email, subject].find((one) => typeof one === "string" && one !== "");
  return `oidc:${String(given).replace(/[^A-Za-z0-9._@-]/g, "_").slice(0, 100)}`;
}
