import { Sessions, SignIn, Tokens, type TokensDeps, Users } from "../auth/mod.ts";

/** Who may come in, and by which ways. */
export interface People {
  tokens: Tokens;
  users: Users;
  sessions: Sessions;
  signIn: SignIn;
}

/** Everything that knows who somebody is. */
export function peopleOf(parts: TokensDeps): People {
  const tokens = new Tokens(parts);
  const users = new Users(parts);
  const sessions = new Sessions({ ...parts, tokens, users });
  return { tokens, users, sessions, signIn: new SignIn({ ...parts, tokens, users, sessions }) };
}
