import { TESTER } from "../../support/tester.ts";
import { deepEqual, equal, ok } from "node:assert/strict";
import { ACCESS, type Rule } from "../../../routes/access.ts";
import { createApp } from "../../../routes/mod.ts";
import { ROLES } from "../../../src/model/mod.ts";
import { startCarillon } from "../../support/carillon.ts";
import { fakeDeps } from "../../support/fake_deps.ts";
import { headersOf, type Holders, holdersOf } from "./holders.ts";

/** Every route that is not an agent's, as `METHOD /path`. */
function routesOf(app: ReturnType<typeof createApp>): string[] {
  const all = app.routes.filter(({ method, path }) => method !== "ALL" && !path.startsWith("/agent/"));
  const named = all.map(({ method, path }) => `${method} ${path.length > 1 ? path.replace(/\/$/, "") : path}`);
  return [...new Set(named)].sort();
}

Deno.test("every route has a rule, and every rule a route", () => {
  deepEqual(Object.keys(ACCESS).sort(), routesOf(createApp(fakeDeps())));
});

/** What a holder may expect of a route about a job: to be let in, not to be known, not to be allowed, no such job. */
function expected(rule: Rule, { role, scope }: Holders[string], job: string): "in" | "out" | "no such job" {
  if (rule.role === "public") return "in";
  if (role === null || ROLES.indexOf(role) < ROLES.indexOf(rule.role)) return "out";
  if (scope === null || rule.limited === "own") return "in";
  if (rule.limited !== "job") return "out";
  return job === "mine-1" ? "in" : "no such job";
}

/** Who has signed out is known nowhere else. */
function signOutLast(rules: [string, Rule][]): [string, Rule][] {
  const isSignOut = ([route]: [string, Rule]) => route === "DELETE /v1/session";
  return [...rules.filter((rule) => !isSignOut(rule)), ...rules.filter(isSignOut)];
}

function seen(status: number, code: string): "in" | "out" | "no such job" {
  if (status === 401 || status === 403) return "out";
  return status === 404 && code === "no such job" ? "no such job" : "in";
}

Deno.test("access: each route with each role, limited or not, without a token, and with those that open nothing", async () => {
  await using carillon = await startCarillon({ asksTokens: true, agent: false });
  const holders = await holdersOf(carillon);
  const store = async (name: string, metadata: Record<string, string>) => {
    const job = { name, metadata, schedule: "@manually", executor: "shell", executor_config: { command: "true" } };
    const answer = await carillon.request("/v1/jobs", {
      method: "POST",
      headers: { authorization: `Bearer ${holders.admin?.token}` },
      body: JSON.stringify(job),
    });
    equal(answer.status, 201, await answer.text());
  };
  const wrong: string[] = [];
  let tried = 0;
  for (const [route, rule] of signOutLast(Object.entries(ACCESS))) {
    const [method = "", pattern = ""] = route.split(" ");
    const jobs = pattern.includes(":job") ? ["mine-1", "mine-2", "other-1"] : [""];
    for (const [who, holder] of Object.entries(holders)) {
      for (const job of jobs) {
        await carillon.server.jobs.refuseNewJobs(false, TESTER);
        await store("mine-1", { team: "a" });
        await store("mine-2", { team: "b" });
        await store("other-1", { team: "a" });
        const path = pattern.replace(":job", job).replace(/:\w+/, "none");
        const answer = await carillon.request(path, {
          method,
          headers: { "sec-fetch-site": "same-origin", ...headersOf(holder) },
          body: ["POST", "PUT", "PATCH"].includes(method) ? "{" : undefined,
        });
        const isLive = answer.headers.get("content-type") === "text/event-stream";
        const text = isLive ? "" : await answer.text();
        if (isLive) await answer.body?.cancel();
        const got = seen(answer.status, text.includes("Cannot find job ") ? "no such job" : "");
        const want = expected(rule, holder, job);
        tried++;
        if (got !== want || answer.status >= 500) wrong.push(`${route} of ${job} as ${who}: ${answer.status}, ${want}`);
        if (holder.role === null && rule.role !== "public") {
          equal(answer.status, who === "a join token" || who === "a node's token" ? 403 : 401, `${route} as ${who}`);
        }
      }
    }
  }
  deepEqual(wrong, []);
  ok(tried > 800, `${tried} calls`);
});
