import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readServerSentEvents } from "../../src/client/server_sent_events.ts";
import { type Carillon, startCarillon } from "../support/carillon.ts";
import { eventually } from "../support/eventually.ts";
import { TESTER } from "../support/tester.ts";

const OWN = { "sec-fetch-site": "same-origin" };

/** The cookie that an answer sets, as a browser sends it back. */
function cookieOf(answer: Response): string {
  return (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
}

async function signIn(carillon: Carillon, body: unknown, headers: HeadersInit = OWN): Promise<Response> {
  return await carillon.request("/v1/session", { method: "POST", headers, body: JSON.stringify(body) });
}

async function statusAs(
  carillon: Carillon,
  cookie: string,
  path = "/v1/jobs",
  init: RequestInit = {},
): Promise<number> {
  const answer = await carillon.request(path, { ...init, headers: { ...init.headers, cookie } });
  await answer.body?.cancel();
  return answer.status;
}

const viewer = { name: "eve", role: "viewer", scope: null, expiresAt: null } as const;

Deno.test("POST /v1/session signs in with a token, by a cookie that no script sees; revoking the token signs out", async () => {
  await using carillon = await startCarillon({ asksTokens: true, agent: false });
  const { tokens } = carillon.server;
  const token = await tokens.create(viewer, TESTER);
  const answer = await signIn(carillon, { token });
  equal(answer.status, 200);
  equal((await answer.json()).who.name, "eve");
  match(answer.headers.get("set-cookie") ?? "", /; HttpOnly; SameSite=Lax$/);
  const cookie = cookieOf(answer);
  equal(await statusAs(carillon, cookie), 200);
  equal(await statusAs(carillon, cookie, "/v1/tokens"), 403);

  const stream = await carillon.request("/v1/events", { headers: { cookie } });
  const read = Array.fromAsync(readServerSentEvents(stream.body ?? new ReadableStream()));
  await tokens.revoke((await tokens.holder(token)).id, TESTER);
  await read; // it ends, though nobody closed it here
  await eventually(async () => await statusAs(carillon, cookie) === 401);
});

Deno.test("DELETE /v1/session signs out: the cookie opens nothing any more", async () => {
  await using carillon = await startCarillon({ asksTokens: true, agent: false });
  const token = await carillon.server.tokens.create(viewer, TESTER);
  const cookie = cookieOf(await signIn(carillon, { token }));
  equal(await statusAs(carillon, cookie, "/v1/session", { method: "DELETE", headers: OWN }), 200);
  equal(await statusAs(carillon, cookie), 401);
  const [record] = await carillon.server.audit.list({
    target: null,
    action: "session.end",
    by: null,
    since: 0,
    before: null,
    limit: 1,
  });
  equal(record?.by, "eve");
});

Deno.test("a change by cookie is refused unless the browser says that it comes from this server's pages", async () => {
  await using carillon = await startCarillon({ asksTokens: true, agent: false });
  const token = await carillon.server.tokens.create({ ...viewer, name: "ed", role: "editor" }, TESTER);
  const cookie = cookieOf(await signIn(carillon, { token }));
  const change = (headers: Record<string, string>) =>
    statusAs(carillon, cookie, "/v1/jobs", { method: "POST", headers, body: "{" });
  equal(await change({}), 403);
  equal(await change({ "sec-fetch-site": "cross-site" }), 403);
  equal(await change({ "sec-fetch-site": "same-site", origin: "http://localhost" }), 403);
  equal(await change({ origin: "http://evil.example" }), 403);
  equal(await change(OWN), 400);
  equal((await signIn(carillon, { token }, {})).status, 403, "signing in too: nobody is signed in by another site");
});

Deno.test("users sign in with a password; a change of role counts at once, and a deleted user is out", async () => {
  await using carillon = await startCarillon({ asksTokens: true, agent: false });
  const { users } = carillon.server.people;
  await users.put("ada", { role: "viewer", scope: null, password: "correct horse" }, TESTER);
  const cookie = cookieOf(await signIn(carillon, { user: "ada", password: "correct horse" }));
  equal(await statusAs(carillon, cookie), 200);
  equal(await statusAs(carillon, cookie, "/v1/users"), 403);
  await users.put("ada", { role: "admin", scope: null, password: null }, TESTER);
  await eventually(async () => await statusAs(carillon, cookie, "/v1/users") === 200);
  await users.remove("ada", TESTER);
  await eventually(async () => await statusAs(carillon, cookie) === 401);
});

Deno.test("a wrong password and an unknown user get the same answer; many of them have to wait", async () => {
  await using carillon = await startCarillon({ asksTokens: true, agent: false });
  await carillon.server.people.users.put("ada", { role: "viewer", scope: null, password: "correct horse" }, TESTER);
  const answers = [];
  for (const user of ["ada", "nobody"]) {
    const answer = await signIn(carillon, { user, password: "wrong password" });
    answers.push({ status: answer.status, body: await answer.json() });
  }
  deepEqual(answers[0], answers[1]);
  let last = await signIn(carillon, { user: "ada", password: "wrong password" });
  for (let i = 0; i < 8 && last.status !== 429; i++) {
    last = await signIn(carillon, { user: "ada", password: "wrong again" });
  }
  equal(last.status, 429);
  ok(Number(last.headers.get("retry-after")) >= 1);
  equal((await signIn(carillon, { user: "ada", password: "correct horse" })).status, 429, "the right one waits too");
});

Deno.test("no password and no secret of a session is stored, shown or recorded", async () => {
  await using carillon = await startCarillon({ asksTokens: true, agent: false });
  await carillon.server.people.users.put("ada", { role: "admin", scope: null, password: "correct horse" }, TESTER);
  const cookie = cookieOf(await signIn(carillon, { user: "ada", password: "correct horse" }));
  const secret = cookie.split("_").at(-1) ?? "none";
  const shown = await (await carillon.request("/v1/users", { headers: { cookie } })).text();
  const stored = await Array.fromAsync(carillon.engine.kv.list({ prefix: [] }, {}));
  const all = shown + stored.map(({ value }) => new TextDecoder().decode(value)).join("\n");
  ok(!all.includes("correct horse"));
  ok(!all.includes(secret));
  ok(!shown.includes("scrypt"));
});
