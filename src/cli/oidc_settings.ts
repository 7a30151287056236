import { z } from "zod";
import type { OidcSettings } from "../auth/mod.ts";
import { type Role, ROLES } from "../model/mod.ts";
import { isNot, shown, text } from "./setting_text.ts";
import { UsageError } from "./usage_error.ts";

const role = z.enum(ROLES, { error: isNot(`one of ${ROLES.join(", ")}`) });

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Tokens of people go there: https, or this machine. */
function isIssuer(value: string): boolean {
  const url = URL.parse(value);
  return url !== null && (url.protocol === "https:" || (url.protocol === "http:" && LOOPBACK.has(url.hostname)));
}

/** A map, or a list of `group=role`; names of groups may hold `=` themselves. */
const groupRoles = z.union([z.record(z.string(), z.string()), z.array(z.string())], {
  error: isNot("a map of roles by group, or a list of GROUP=ROLE"),
}).transform((given, context) => {
  const pairs = Array.isArray(given) ? given.map(splitLast) : Object.entries(given);
  const roles: [string, Role][] = [];
  for (const [group, name] of pairs) {
    const parsed = role.safeParse(name);
    if (group !== "" && parsed.success) roles.push([group, parsed.data]);
    else {context.addIssue({
        code: "custom",
        message: `${shown(`${group}=${name}`)} is not GROUP=ROLE, ROLE one of ${ROLES.join(", ")}`,
      });}
  }
  return Object.fromEntries(roles);
});

function splitLast(pair: string): [string, string] {
  const at = pair.lastIndexOf("=");
  return at < 0 ? ["", pair] : [pair.slice(0, at), pair.slice(at + 1)];
}

/** Settings of `start` for signing in with OpenID Connect; empty texts mean none. */
export const oidcSettingsShape = {
  oidcIssuer: text("the https address of an OpenID provider", isIssuer),
  oidcClientId: text("the id of a client"),
  oidcClientSecretFile: text("the path of a file"),
  oidcName: text("a name"),
  oidcScope: text("a list of scopes with openid", (value) => value.split(" ").includes("openid")),
  oidcGroupsClaim: text("the name of a claim"),
  oidcRole: groupRoles,
  oidcOtherRole: role.optional(),
};

const oidcSettingsSchema = z.object(oidcSettingsShape);
type Given = z.output<typeof oidcSettingsSchema>;

/** The same settings as the help shows them. */
export const OIDC_SETTINGS = {
  oidcIssuer: { value: "URL", kind: "text", what: "let people sign in with this OpenID provider" },
  oidcClientId: { value: "ID", kind: "text", what: "what this cluster is called there" },
  oidcClientSecretFile: { value: "FILE", kind: "text", what: "its secret there (none: a public client, with PKCE)" },
  oidcName: { value: "NAME", kind: "text", what: "what people know the provider by (its host)" },
  oidcScope: { value: "SCOPES", kind: "text", what: 'what is asked of it ("openid profile email")' },
  oidcGroupsClaim: { value: "NAME", kind: "text", what: "the claim that holds somebody's groups (groups)" },
  oidcRole: { value: "GROUP=ROLE", kind: "list", what: "what a group may do; repeat it for more" },
  oidcOtherRole: { value: "ROLE", kind: "text", what: "what others may do (they may not come in)" },
} as const satisfies Record<keyof Given, { value: string; kind: "text" | "list"; what: string }>;

/** Settings that nobody set. */
export function defaultOidcSettings(): Given {
  return {
    oidcIssuer: "",
    oidcClientId: "",
    oidcClientSecretFile: "",
    oidcName: "",
    oidcScope: "openid profile email",
    oidcGroupsClaim: "groups",
    oidcRole: {},
  };
}

/** How an OpenID provider is to be used; null where none is named. Throws a UsageError for what does not fit together. */
export async function oidcSettingsOf(
  given: Given,
  readText: (path: string) => Promise<string>,
): Promise<OidcSettings | null> {
  const { oidcIssuer: issuer, oidcClientId: clientId, oidcRole: roles, oidcOtherRole: otherRole = null } = given;
  if (issuer === "") return null;
  if (clientId === "") throw new UsageError(["--oidc-issuer needs --oidc-client-id"]);
  if (Object.keys(roles).length === 0 && otherRole === null) {
    throw new UsageError([
      "With --oidc-issuer nobody could come in: give --oidc-role GROUP=ROLE, or --oidc-other-role",
    ]);
  }
  const secret = given.oidcClientSecretFile === "" ? null : (await readText(given.oidcClientSecretFile)).trim();
  if (secret === "") throw new UsageError([`Cannot use the secret in "${given.oidcClientSecretFile}": it is empty`]);
  return {
    issuer,
    clientId,
    clientSecret: secret,
    name: given.oidcName || new URL(issuer).host,
    scope: given.oidcScope,
    groupsClaim: given.oidcGroupsClaim,
    roles,
    otherRole,
  };
}
