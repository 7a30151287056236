import { Oidc, type OidcSettings, Sessions, SignIn, Tokens, type TokensDeps, Users } from "../auth/mod.ts";

/** Who may come in, and by which ways. */
export interface People {
  tokens: Tokens;
  users: Users;
  sessions: Sessions;
  signIn: SignIn;
  /** Who else says who somebody is; null for nobody. */
  oidc: Oidc | null;
}

/** Everything that knows who somebody is. */
export function peopleOf(parts: TokensDeps, oidcSettings: OidcSettings | null): People {
  const tokens = new Tokens(parts);
  const users = new Users(parts);
  const oidc = oidcSettings && new Oidc(oidcSettings, parts.clock);
  const sessions = new Sessions({ ...parts, tokens, users, issuer: oidc && oidc.issuer });
  return { tokens, users, sessions, oidc, signIn: new SignIn({ ...parts, tokens, users, sessions, oidc }) };
}
