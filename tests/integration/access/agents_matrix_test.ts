import { deepEqual, equal, ok } from "node:assert/strict";
import { createApp } from "../../../routes/mod.ts";
import { ZERO_TIME } from "../../../routes/wire/rfc3339.ts";
import type { Assignment, ReportAnswer } from "../../../src/model/mod.ts";
import { type Carillon, startCarillon } from "../../support/carillon.ts";
import { fakeDeps } from "../../support/fake_deps.ts";
import { TESTER } from "../../support/tester.ts";
import { headersOf, type Holders, holdersOf } from "./holders.ts";

/** The node that `holders` has a token of: "a node's token". */
const OWN = { node: "n2", incarnation: "1" };
const IDENTITY = {
  name: "n2",
  id: "id",
  incarnation: "1",
  tags: {},
  slots: 9,
  executors: ["shell"],
  version: "1",
};

/** A call of each of the agents' routes that is right but for who makes it. */
const CALLS: Record<string, unknown> = {
  "POST /agent/v1/register": { ...IDENTITY, server: false },
  "POST /agent/v1/poll": { ...OWN, freeSlots: 0, held: [], waitMs: 0 },
  "POST /agent/v1/report": { ...OWN, started: [], chunks: [], results: [] },
  "POST /agent/v1/leave": OWN,
};

const NEWCOMER = { name: "n3", id: "id3", server: false };

function isLetIn(who: string, verb: string): boolean {
  return who === "a node's token" || who === "a join token" && verb === "register";
}

/** Sessions count for nothing here: agents have tokens. */
function isKnown(who: string, { role }: Holders[string]): boolean {
  return who === "a node's token" || who === "a join token" || role !== null && !who.startsWith("signed in");
}

type Headers = Record<string, string>;

async function call(carillon: Carillon, verb: string, headers: Headers, body: unknown): Promise<Response> {
  return await carillon.request(`/agent/v1/${verb}`, {
    method: "POST",
    headers: { "carillon-protocol": "1", "sec-fetch-site": "same-origin", ...headers },
    body: JSON.stringify(body),
  });
}

Deno.test("every route of the agents is in their matrix", () => {
  const { routes } = createApp(fakeDeps());
  const own = routes.filter(({ method, path }) => method !== "ALL" && path.startsWith("/agent/"));
  deepEqual([...new Set(own.map(({ method, path }) => `${method} ${path}`))].sort(), Object.keys(CALLS).sort());
});

Deno.test("access: each route of the agents is for nodes alone, whatever else somebody may do", async () => {
  await using carillon = await startCarillon({ asksTokens: true, agent: false });
  const holders = await holdersOf(carillon);
  const wrong: string[] = [];
  for (const [route, body] of Object.entries(CALLS)) {
    const verb = route.split("/").at(-1) ?? "";
    for (const [who, holder] of Object.entries(holders)) {
      // Who joins takes another name: a node that joins anew is given another token in place of its own.
      const asked = who === "a join token" && verb === "register" ? { ...IDENTITY, ...NEWCOMER } : body;
      const answer = await call(carillon, verb, headersOf(holder), asked);
      await answer.body?.cancel();
      const want = isLetIn(who, verb) ? 200 : isKnown(who, holder) ? 403 : 401;
      if (answer.status !== want) wrong.push(`${route} as ${who}: ${answer.status}, not ${want}`);
    }
  }
  deepEqual(wrong, []);
});

/** One node that has it, of however many. */
const ANY = { pool: "a:1" };

/** Two nodes of their own tokens; the first has claimed a run that it has begun. */
async function twoNodes(carillon: Carillon) {
  const { tokens } = carillon.server;
  const join = { authorization: `Bearer ${await tokens.createJoin()}` };
  const register = async (name: string): Promise<Headers> => {
    const answer = await call(carillon, "register", join, {
      ...IDENTITY,
      ...NEWCOMER,
      name,
      id: name,
      tags: { pool: "a" },
    });
    return { authorization: `Bearer ${(await answer.json()).token}` };
  };
  const [owner, thief] = [await register("owner"), await register("thief")];
  const admin = await tokens.create({ name: "a", role: "admin", scope: null, expiresAt: null }, TESTER);
  const api = { authorization: `Bearer ${admin}` };
  const job = { name: "a", schedule: "@manually", executor: "shell", executor_config: { command: "true" }, tags: ANY };
  const stored = await carillon.request("/v1/jobs", { method: "POST", headers: api, body: JSON.stringify(job) });
  equal(stored.status, 201, await stored.text());
  equal((await carillon.request("/v1/jobs/a/run", { method: "POST", headers: api })).status, 200);
  const poll = { node: "owner", incarnation: "1", freeSlots: 1, held: [], waitMs: 1_000 };
  const { claims }: { claims: Assignment[] } = await (await call(carillon, "poll", owner, poll)).json();
  const [claim] = claims;
  ok(claim);
  return { owner, thief, claim, api };
}

Deno.test("access: with another agent's execution a node can do nothing, by none of its calls", async () => {
  await using carillon = await startCarillon({ asksTokens: true, agent: false });
  const { owner, thief, claim: { execution, uid, claimedAt }, api } = await twoNodes(carillon);
  const chunk = (text: string, n: number) => ({ execution, uid, n, data: btoa(text), skippedBytes: 0, live: false });
  const result = (state: string, output: string) => ({
    execution,
    uid,
    state,
    exitCode: 0,
    reason: null,
    startedAfterMs: 0,
    finishedAfterMs: 1,
    output: { sizeBytes: output.length, truncated: false, inline: null },
  });
  const path = `/v1/jobs/a/executions/${execution}`;
  const seen = async () => {
    const { state, node_name: node, started_at: at } = await (await carillon.request(path, { headers: api })).json();
    const output = await (await carillon.request(`${path}/output`, { headers: api })).text();
    return { state, node, began: at !== ZERO_TIME, output };
  };
  const report = async (who: Headers, node: string, said: Record<string, unknown>): Promise<ReportAnswer> => {
    const body = { node, incarnation: "1", started: [], chunks: [], results: [], ...said };
    const answer = await call(carillon, "report", who, body);
    equal(answer.status, 200);
    return await answer.json();
  };
  const claimed = { state: "queued", node: "owner", began: false, output: "" };
  deepEqual(await seen(), claimed);
  const held = [{ execution, startedAfterMs: 0 }];
  const notTheirs = [{ execution, reason: `execution "${execution}" is not of node "thief"` }];
  const attacks: Record<string, [said: Record<string, unknown>, refused: unknown]> = {
    "say that it began": [{ started: held }, undefined],
    "add to its output": [{ chunks: [chunk("forged", 0)] }, notTheirs],
    "look it up by another job": [{ chunks: [{ ...chunk("forged", 0), uid: "x" }] }, notTheirs],
    "end it": [{ results: [result("success", "")] }, notTheirs],
    "hand it back": [{ returned: [{ execution, uid, claimedAt }] }, undefined],
  };
  for (const [what, [said, refused]] of Object.entries(attacks)) {
    const answer = await report(thief, "thief", said);
    deepEqual(answer.refused ?? [], refused ?? [], what);
    deepEqual(await seen(), claimed, what);
  }
  const poll = { node: "thief", incarnation: "1", freeSlots: 9, held, waitMs: 0 };
  const polled = await (await call(carillon, "poll", thief, poll)).json();
  deepEqual(polled.claims, []);
  // In another's name: with its own token, whatever incarnation it says.
  for (const verb of ["poll", "report", "leave"]) {
    const inAnothersName = { ...poll, node: "owner", started: held, chunks: [], results: [result("success", "")] };
    equal((await call(carillon, verb, thief, inAnothersName)).status, 403, verb);
  }
  deepEqual(await seen(), claimed);
  // To begin a new life of the node, or to register with what ended in a former one, does not help either.
  const former = { ...IDENTITY, name: "thief", id: "thief", incarnation: "2", tags: { pool: "a" }, server: false };
  await call(carillon, "register", thief, { ...former, results: [result("failed", "")] });
  equal((await call(carillon, "register", thief, { ...former, name: "owner", id: "owner" })).status, 403);
  deepEqual(await seen(), claimed);
  // The owner can still do all of it.
  await report(owner, "owner", { started: held, chunks: [chunk("ours", 0)] });
  const { done } = await report(owner, "owner", { results: [result("success", "ours")] });
  deepEqual(done, [execution]);
  deepEqual(await seen(), { state: "success", node: "owner", began: true, output: "ours" });
});
