import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { ACCESS } from "../../../routes/access.ts";
import { createLog } from "../../../src/runtime/mod.ts";
import { startCarillon } from "../../support/carillon.ts";
import { TESTER } from "../../support/tester.ts";
import { plainJob } from "../model/random_job.ts";

type Headers = Record<string, string>;

const MIB = 1 << 20;

/** A server that asks for tokens, one of its admin, and all that it logs. */
async function guarded() {
  let logged = "";
  const write = (line: string) => void (logged += line);
  const log = createLog({ level: "debug", format: "text", now: () => 0, write });
  const carillon = await startCarillon({ asksTokens: true, agent: false, log });
  const token = await carillon.server.tokens.createFirst() ?? "";
  const admin = { authorization: `Bearer ${token}` };
  return { carillon, token, admin, logged: () => logged, [Symbol.asyncDispose]: () => carillon[Symbol.asyncDispose]() };
}

Deno.test("every answer forbids guessing of types, and pages run no script but the server's own, in no other page", async () => {
  await using door = await guarded();
  const { carillon, admin } = door;
  for (const route of Object.keys(ACCESS)) {
    const [method = "", pattern = ""] = route.split(" ");
    if (method !== "GET") continue;
    for (const headers of [{}, admin]) {
      const path = pattern.replace("*", "jobs").replace(":file", "none.js").replace(/:\w+/g, "none");
      const answer = await carillon.request(path, { headers: { accept: "text/html", ...headers } });
      await answer.body?.cancel();
      const type = answer.headers.get("content-type") ?? "";
      const said = `${route}: ${answer.status} ${type}`;
      if (answer.status < 300 || answer.status >= 400) {
        equal(answer.headers.get("x-content-type-options"), "nosniff", said);
      }
      if (!type.startsWith("text/html")) continue;
      const policy = answer.headers.get("content-security-policy") ?? "";
      match(policy, /^default-src 'none';/, said);
      for (const ask of ["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]) {
        match(policy, new RegExp(ask));
      }
      doesNotMatch(policy.replace(/style-src [^;]*/, ""), /unsafe|data: |\*|https?:/, said);
      equal(answer.headers.get("referrer-policy"), "no-referrer", said);
      equal(answer.headers.get("cross-origin-opener-policy"), "same-origin", said);
    }
  }
});

Deno.test("a token opens nothing from within an address or by another header, and is neither answered nor logged", async () => {
  await using door = await guarded();
  const { carillon, token, logged } = door;
  const places: [path: string, headers: Headers][] = [
    ...["token", "access_token", "api_key", "authorization", "carillon_session"].map((name): [string, Headers] => [
      `/v1/jobs?${name}=${token}`,
      {},
    ]),
    [`/v1/jobs?authorization=Bearer%20${token}`, {}],
    [`/v1/jobs;${token}`, {}],
    ["/v1/jobs", { "x-api-key": token }],
    ["/v1/jobs", { "x-carillon-token": token }],
    ["/v1/jobs", { authorization: token }],
    ["/v1/jobs", { authorization: `Basic ${btoa(`admin:${token}`)}` }],
    ["/v1/jobs", { authorization: `Bearer ${token} ${token}` }],
    ["/v1/jobs", { cookie: `carillon_session=${token}` }],
    ["/v1/jobs", { cookie: `token=${token}` }],
  ];
  for (const [path, headers] of places) {
    const answer = await carillon.request(path, { headers });
    const text = await answer.text();
    equal([401, 404].includes(answer.status), true, `${path} ${JSON.stringify(headers)}: ${answer.status}`);
    equal(text.includes(token), path.includes(";") && answer.status === 404, text);
  }
  doesNotMatch(logged(), new RegExp(token));
});

Deno.test("10 MB forms are refused everywhere, read by nobody who has not signed in, and harm nothing", async () => {
  await using door = await guarded();
  const { carillon, admin } = door;
  const form = new FormData();
  form.append("file", new Blob(["x".repeat(10 * MIB)]), "jobs.json");
  const bodies: [name: string, body: BodyInit, type: Record<string, string>][] = [
    ["fields", `name=${"x".repeat(10 * MIB)}`, { "content-type": "application/x-www-form-urlencoded" }],
    ["json", JSON.stringify({ name: "x".repeat(10 * MIB) }), { "content-type": "application/json" }],
    ["file", form, {}],
  ];
  for (const route of Object.keys(ACCESS)) {
    const [method = "", pattern = ""] = route.split(" ");
    if (!["POST", "PUT", "PATCH"].includes(method) || pattern === "/v1/leave") continue;
    for (const [name, body, type] of bodies) {
      for (const headers of [{}, admin]) {
        const answer = await carillon.request(pattern.replace(/:\w+/g, "none"), {
          method,
          body,
          headers: { ...type, ...headers, "sec-fetch-site": "same-origin" },
        });
        const text = await answer.text();
        const isOpen = pattern === "/v1/session" || "authorization" in headers;
        // Files to restore may be that large; routes without a body look at none.
        const wanted = isOpen ? [400, 403, 404, 413, 200, 422] : [401];
        equal(wanted.includes(answer.status), true, `${route} with ${name}: ${answer.status} ${text.slice(0, 200)}`);
        equal(text.length < 10_000, true, route);
      }
    }
  }
  equal((await carillon.request("/v1/jobs", { headers: admin })).status, 200);
});

Deno.test("what looks like a hostile regular expression is searched for as it is written", async () => {
  await using door = await guarded();
  const { carillon, admin } = door;
  const found = async (q: string) => {
    const answer = await carillon.request(`/v1/jobs?q=${encodeURIComponent(q)}`, { headers: admin });
    return (await answer.json()).map(({ name }: { name: string }) => name);
  };
  await carillon.server.jobs.put(plainJob("a".repeat(60)), { ifMatch: null, restore: false }, TESTER);
  for (const hostile of ["(a+)+$", "^(a|a)*b", "(?=a)*", "[", "(", "*", "\\", ".*", "(".repeat(2_000)]) {
    deepEqual(await found(hostile), [], hostile.slice(0, 20));
  }
  deepEqual(await found("aaa"), ["a".repeat(60)]);
});

Deno.test("events are resumed from no number that is not known, and say so", async () => {
  await using door = await guarded();
  const { carillon, admin } = door;
  const begins = async (last: string) => {
    const answer = await carillon.request("/v1/events", { headers: { ...admin, "last-event-id": last } });
    if (answer.status !== 200) return answer.status;
    const reader = answer.body?.getReader();
    const { value } = await reader?.read() ?? {};
    await reader?.cancel();
    return /^event: (\w+)$/m.exec(new TextDecoder().decode(value))?.[1];
  };
  for (const gone of ["0-1", "zzzz-5", "999999999999", "-1", "' OR 1=1", "a".repeat(100)]) {
    equal(await begins(gone), "reset");
  }
  equal(await begins("a".repeat(101)), 400);
});
