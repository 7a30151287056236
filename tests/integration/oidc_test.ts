import { deepEqual, equal, match } from "node:assert/strict";
import { type Carillon, startCarillon } from "../support/carillon.ts";
import { Browser, ORIGIN } from "../support/redirected_browser.ts";
import { type OpenIdProvider, startOpenIdProvider } from "../support/oidc_provider.ts";
import { TESTER } from "../support/tester.ts";

async function open(provider: Pick<OpenIdProvider, "settings">): Promise<Carillon> {
  return await startCarillon({ asksTokens: true, agent: false, oidc: provider.settings });
}

const withoutLeaks = { sanitizeOps: false, sanitizeResources: false }; // the provider keeps timers of its own

Deno.test(
  "OpenID Connect: who is in a group comes in with its role, of several with the most",
  withoutLeaks,
  async () => {
    await using provider = await startOpenIdProvider(ORIGIN);
    await using carillon = await open(provider);
    provider.groups.set("ada", ["staff", "owners", "ops"]).set("grace", ["ops"]);
    for (const [name, role] of [["ada", "admin"], ["grace", "operator"]] as const) {
      const browser = new Browser(carillon);
      const answered = await browser.signInAt(await browser.begin("/ui/jobs?q=a"), name);
      equal(await browser.comeBack(answered), "/ui/jobs?q=a");
      deepEqual(await browser.whoami(), { name: `oidc:${name}`, role, status: 200 });
      equal(browser.cookie("carillon_oidc"), undefined);
    }
    const [record] = await carillon.server.audit.list({
      ...{ target: null, by: null, since: 0, before: null, limit: 1 },
      action: "session.create",
    });
    equal(record?.by, "oidc:grace");
    const ways = await (await carillon.request("/v1/session")).json();
    deepEqual(ways.oidc, { name: "Example ID" });
  },
);

Deno.test("OpenID Connect: who is in no group stays out, unless others have a role", withoutLeaks, async () => {
  await using provider = await startOpenIdProvider(ORIGIN);
  await using carillon = await open(provider);
  provider.groups.set("eve", ["constructor", "__proto__"]);
  const browser = new Browser(carillon);
  equal(await browser.comeBack(await browser.signInAt(await browser.begin(), "eve")), "/ui/?refused=forbidden");
  equal((await browser.whoami()).status, 401);
  await using lenient = await open({ ...provider, settings: { ...provider.settings, otherRole: "viewer" } });
  const other = new Browser(lenient);
  equal(await other.comeBack(await other.signInAt(await other.begin(), "eve")), "/ui/");
  equal((await other.whoami()).role, "viewer");
});

Deno.test("OpenID Connect: forged, stolen, replayed and late answers open nothing", withoutLeaks, async () => {
  await using provider = await startOpenIdProvider(ORIGIN);
  await using carillon = await open(provider);
  provider.groups.set("ada", ["owners"]);
  const refused = "/ui/?refused=unauthorized";
  const victim = new Browser(carillon), thief = new Browser(carillon);
  const answered = await victim.signInAt(await victim.begin(), "ada");
  equal(await thief.comeBack(answered), refused, "a browser that never asked");
  await thief.begin();
  equal(await thief.comeBack(answered), refused, "a browser that asked something else");
  const stolen = new URL(answered);
  const own = new URL(await thief.begin());
  stolen.searchParams.set("state", own.searchParams.get("state") ?? "");
  equal(await thief.comeBack(stolen.href), refused, "a stolen code under the thief's own question");
  equal((await thief.whoami()).status, 401);

  const again = await victim.signInAt(await victim.begin(), "ada");
  const wrongState = new URL(again);
  wrongState.searchParams.set("state", "x".repeat(43));
  equal(await victim.comeBack(wrongState.href), refused, "another state");
  equal((await victim.whoami()).status, 401);

  const fresh = await victim.signInAt(await victim.begin(), "ada");
  const kept = victim.cookie("carillon_oidc");
  equal(await victim.comeBack(fresh), "/ui/");
  const replay = await carillon.request(new URL(fresh).pathname + new URL(fresh).search, {
    headers: { cookie: `carillon_oidc=${kept}` },
    redirect: "manual",
  });
  equal(replay.headers.get("location"), refused, "the same answer again");
  for (const query of ["", "?error=access_denied&state=x", "?code=x", "?code=x&state=x&iss=http://evil.example"]) {
    await victim.begin();
    equal(await victim.comeBack(`${ORIGIN}/v1/session/oidc/callback${query}`), refused, query);
  }
});

Deno.test(
  "OpenID Connect: nobody is led to another site, and no page but those of the web UI",
  withoutLeaks,
  async () => {
    await using provider = await startOpenIdProvider(ORIGIN);
    await using carillon = await open(provider);
    provider.groups.set("ada", ["ops"]);
    const places = [
      "https://evil.example/ui/",
      "//evil.example/ui/",
      "/\\evil.example/ui/",
      "/v1/jobs",
      "/ui/../v1/jobs",
    ];
    for (const place of [...places, "javascript:alert(1)", "", "\u0000"]) {
      const browser = new Browser(carillon);
      equal(await browser.comeBack(await browser.signInAt(await browser.begin(place), "ada")), "/ui/", place);
    }
  },
);

Deno.test("OpenID Connect: a session counts no more when its provider is not asked any more", async () => {
  await using carillon = await startCarillon({ asksTokens: true, agent: false });
  const of = { kind: "oidc", issuer: "https://id.example", subject: "ada", role: "admin" } as const;
  const secret = await carillon.server.people.sessions.open(of, TESTER);
  equal((await carillon.request("/v1/jobs", { headers: { cookie: `carillon_session=${secret}` } })).status, 401);
  const answer = await carillon.request("/v1/session/oidc");
  equal(answer.status, 404);
  match((await answer.json()).message, /knows no provider/);
});

Deno.test("OpenID Connect: a provider that is down is told of, and signing in with a token goes on", async () => {
  const oidc = {
    ...{ issuer: "http://127.0.0.1:1", clientId: "carillon", clientSecret: null, name: "Example ID" },
    ...{ scope: "openid", groupsClaim: "groups", roles: {}, otherRole: "viewer" as const },
  };
  await using carillon = await startCarillon({ asksTokens: true, agent: false, oidc });
  equal(await new Browser(carillon).begin(), "/ui/?refused=unavailable");
  const token = await carillon.server.tokens.create(
    { name: "a", role: "viewer", scope: null, expiresAt: null },
    TESTER,
  );
  const answer = await carillon.request("/v1/session", {
    method: "POST",
    headers: { "sec-fetch-site": "same-origin" },
    body: JSON.stringify({ token }),
  });
  equal(answer.status, 200);
});

/** What is wrong with an ID token; each would do, were it believed. */
const FORGERIES: Record<string, (claims: Record<string, unknown>, header: Record<string, unknown>) => void> = {
  "of another issuer": (claims) => claims.iss = "http://127.0.0.1:9",
  "for another client": (claims) => claims.aud = "other",
  "that has ended": (claims) => claims.exp = 1_000_000,
  "of another question": (claims) => claims.nonce = "another",
  "that is not signed": (_, header) => header.alg = "none",
  "signed with another key": () => {},
};

Deno.test("OpenID Connect: no ID token is believed that is forged", async () => {
  // A stand-in for a provider, as a real one makes no such tokens: it knows one key, and signs with another.
  const newKey = () => crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const [known, other] = [await newKey(), await newKey()];
  const base64 = { alphabet: "base64url", omitPadding: true } as const;
  const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).toBase64(base64);
  let forge = FORGERIES["signed with another key"] ?? (() => {});
  let [nonce, key] = ["", known];
  const idToken = async (issuer: string) => {
    const header = { alg: "ES256", kid: "a" };
    const now = Math.floor(Date.now() / 1_000);
    const claims = { iss: issuer, aud: "carillon", sub: "ada", exp: now + 60, iat: now, nonce, groups: ["owners"] };
    forge(claims, header);
    const text = `${encode(header)}.${encode(claims)}`;
    const how = { name: "ECDSA", hash: "SHA-256" };
    const signature = await crypto.subtle.sign(how, key.privateKey, new TextEncoder().encode(text));
    return `${text}.${new Uint8Array(signature).toBase64(base64)}`;
  };
  const where = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  await using listener = Deno.serve(where, async (request) => {
    const { pathname, origin } = new URL(request.url);
    if (pathname === "/token") {
      return Response.json({ access_token: "x", token_type: "bearer", id_token: await idToken(origin) });
    }
    if (pathname === "/jwks") {
      const jwk = await crypto.subtle.exportKey("jwk", known.publicKey);
      return Response.json({ keys: [{ ...jwk, kid: "a", alg: "ES256", use: "sig" }] });
    }
    return Response.json({
      issuer: origin,
      authorization_endpoint: `${origin}/auth`,
      token_endpoint: `${origin}/token`,
      jwks_uri: `${origin}/jwks`,
      id_token_signing_alg_values_supported: ["ES256"],
    });
  });
  const settings = {
    ...{ issuer: `http://127.0.0.1:${listener.addr.port}`, clientId: "carillon", clientSecret: "s", name: "Fake" },
    ...{ scope: "openid", groupsClaim: "groups", roles: { owners: "admin" as const }, otherRole: null },
  };
  await using carillon = await open({ settings });
  const comeIn = async () => {
    const browser = new Browser(carillon);
    const asked = new URL(await browser.begin());
    nonce = asked.searchParams.get("nonce") ?? "";
    return await browser.comeBack(
      `${ORIGIN}/v1/session/oidc/callback?code=c&state=${asked.searchParams.get("state")}`,
    );
  };
  equal(await comeIn(), "/ui/", "one that is right");
  for (const [what, forgery] of Object.entries(FORGERIES)) {
    [forge, key] = [forgery, what === "signed with another key" ? other : known];
    equal(await comeIn(), "/ui/?refused=unauthorized", what);
    [forge, key] = [() => {}, known];
    equal(await comeIn(), "/ui/", "one that is right afterwards");
  }
});
