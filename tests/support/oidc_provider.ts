import { createServer } from "node:http";
// @ts-types="@types/oidc-provider"
import { Provider } from "oidc-provider";
import type { OidcSettings } from "../../src/auth/mod.ts";

/** A real OpenID provider on loopback, whose people are called as they type, and are in the groups that it was told. */
export interface OpenIdProvider extends AsyncDisposable {
  /** How a server uses it. */
  settings: OidcSettings;
  /** Groups by name of the person. */
  groups: Map<string, string[]>;
}

/** Starts one for pages at this origin; `how` is what its settings are to be otherwise. */
export async function startOpenIdProvider(
  origin: string,
  how: Partial<OidcSettings> = {},
): Promise<OpenIdProvider> {
  const groups = new Map<string, string[]>();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("Cannot start the OpenID provider: no port");
  const issuer = `http://127.0.0.1:${address.port}`;
  const clientSecret = "a secret of the two";
  const provider = new Provider(issuer, {
    clients: [{
      client_id: "carillon",
      client_secret: clientSecret,
      redirect_uris: [`${origin}/v1/session/oidc/callback`],
    }],
    claims: { openid: ["sub"], profile: ["preferred_username", "groups"], email: ["email"] },
    features: { devInteractions: { enabled: true } },
    findAccount: (_, id) =>
      Promise.resolve({
        accountId: id,
        claims: () => Promise.resolve({ sub: id, preferred_username: id, groups: groups.get(id) ?? [] }),
      }),
  });
  server.on("request", provider.callback());
  return {
    settings: {
      issuer,
      clientId: "carillon",
      clientSecret,
      name: "Example ID",
      scope: "openid profile email",
      groupsClaim: "groups",
      roles: { ops: "operator", owners: "admin" },
      otherRole: null,
      ...how,
    },
    groups,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
