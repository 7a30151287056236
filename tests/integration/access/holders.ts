import { type Role, ROLES, type Scope } from "../../../src/model/mod.ts";
import type { Carillon } from "../../support/carillon.ts";
import { TESTER } from "../../support/tester.ts";

/** Tokens by what they are, and the role that they give; null: none at all. */
export type Holders = Record<string, { token: string; role: Role | null; scope: Scope | null }>;

/** By the token, or signed in. */
export function headersOf({ token }: Holders[string]): Record<string, string> {
  if (token === "") return {};
  return token.startsWith("carillon_") ? { authorization: `Bearer ${token}` } : { cookie: `carillon_session=${token}` };
}

/** Sessions of people, and what is none: the roles are those of the tokens that they signed in with. */
async function sessionsOf({ server: { tokens, people } }: Carillon, holders: Holders): Promise<Holders> {
  const { sessions } = people;
  const signedIn: Holders = {};
  for (const name of ["viewer", "editor", "admin", "limited operator"]) {
    const { token = "", role = null, scope = null } = holders[name] ?? {};
    const { id } = await tokens.holder(token);
    signedIn[`signed in as ${name}`] = {
      token: await sessions.open({ kind: "token", id }, { by: name, from: "" }),
      role,
      scope,
    };
  }
  const nothing = { role: null, scope: null };
  const ended = await sessions.open({ kind: "user", name: "nobody" }, TESTER);
  const forged = signedIn["signed in as admin"]?.token.replace(/.$/, (last) => last === "0" ? "1" : "0") ?? "";
  return {
    ...signedIn,
    "a session of a user who is no more": { token: ended, ...nothing },
    "a forged session": { token: forged, ...nothing },
  };
}

async function tokensOf({ server: { tokens } }: Carillon): Promise<Holders> {
  const common = { expiresAt: null };
  const scope = { jobs: ["mine-*"], metadata: { team: "a" } };
  const holders: Holders = {};
  for (const role of ROLES) {
    holders[role] = {
      token: await tokens.create({ ...common, name: role, role, scope: null }, TESTER),
      role,
      scope: null,
    };
    if (role === "admin") continue;
    const name = `limited ${role}`;
    holders[name] = { token: await tokens.create({ ...common, name, role, scope }, TESTER), role, scope };
  }
  const revoked = await tokens.create({ ...common, name: "revoked", role: "admin", scope: null }, TESTER);
  await tokens.revoke((await tokens.holder(revoked)).id, TESTER);
  const node = { name: "n2", id: "id", tags: {} };
  const join = await tokens.createJoin();
  const nothing = { role: null, scope: null };
  return {
    ...holders,
    "no token": { token: "", ...nothing },
    "a wrong token": { token: revoked.replace(/.$/, (last) => last === "0" ? "1" : "0"), ...nothing },
    "a revoked token": { token: revoked, ...nothing },
    "an expired token": {
      token: await tokens.create({ ...common, name: "expired", role: "admin", scope: null, expiresAt: 1 }, TESTER),
      ...nothing,
    },
    "a join token": { token: join, ...nothing },
    "a node's token": { token: await tokens.createForNode(node, await tokens.holder(join)), ...nothing },
  };
}

/** All who may come to the door: tokens of each kind and state, and people who have signed in. */
export async function holdersOf(carillon: Carillon): Promise<Holders> {
  const byToken = await tokensOf(carillon);
  return { ...byToken, ...await sessionsOf(carillon, byToken) };
}
