import { deepEqual, equal } from "node:assert/strict";
import { startCarillon } from "../../support/carillon.ts";
import { plainJob } from "../model/random_job.ts";
import { TESTER } from "../../support/tester.ts";

/** Ways to write a path that a guard and a route could read differently. */
const SPELLINGS = [
  "/v1/jobs",
  "/v1/jobs/",
  "//v1/jobs",
  "/v1//jobs",
  "/v1/./jobs",
  "/x/../v1/jobs",
  "/%76%31/jobs",
  "/v1%2Fjobs",
  "/v1/%6Aobs",
  "/V1/jobs",
  "/v1/jobs?x=/health",
  "/v1/jobs;a=b",
  "/v1/jobs%00",
  "/v1\\jobs",
  "/health/../v1/jobs",
  "/v1/jobs#/health",
];

Deno.test("access: no spelling of a path and no method comes in without a token", async () => {
  await using carillon = await startCarillon({ asksTokens: true, agent: false });
  await carillon.server.jobs.put(plainJob("secret"), { ifMatch: null, restore: false }, TESTER);
  const letIn: string[] = [];
  for (const spelling of SPELLINGS) {
    for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]) {
      const answer = await carillon.request(spelling, { method });
      const text = await answer.text();
      if (![401, 404].includes(answer.status) || text.includes("secret")) {
        letIn.push(`${method} ${spelling}: ${answer.status}`);
      }
    }
  }
  deepEqual(letIn, []);
});

Deno.test("access: a limited token does not reach another job by another spelling of its name", async () => {
  await using carillon = await startCarillon({ asksTokens: true, agent: false });
  const { tokens, jobs } = carillon.server;
  for (const name of ["mine", "other", "mine%2Fother", "mine/other"]) {
    await jobs.put(plainJob(name), { ifMatch: null, restore: false }, TESTER).catch(() => {});
  }
  const scope = { jobs: ["mine"], metadata: {} };
  const token = await tokens.create({ name: "t", role: "editor", scope, expiresAt: null }, TESTER);
  const headers = { authorization: `Bearer ${token}` };
  const ask = (path: string, method = "GET") => carillon.request(path, { method, headers });
  equal((await ask("/v1/jobs/mine")).status, 200);
  equal((await ask("/v1/jobs/%6Dine")).status, 200);
  for (
    const name of [
      "other",
      "%6Fther",
      "%256Fther",
      "mine%2Fother",
      "mine%252Fother",
      "mine/../other",
      "./other",
      "MINE",
    ]
  ) {
    for (
      const [method, tail] of [["GET", ""], ["GET", "/executions"], ["POST", "/run"], ["POST", "/toggle"], [
        "DELETE",
        "",
      ]]
    ) {
      const answer = await ask(`/v1/jobs/${name}${tail}`, method);
      equal(answer.status, 404, `${method} ${name}${tail}: ${await answer.text()}`);
    }
  }
});

Deno.test("access: every path tells its methods to everyone, and nothing else", async () => {
  for (const asksTokens of [true, false]) {
    await using carillon = await startCarillon({ asksTokens, agent: false });
    for (const path of ["/", "/v1", "/v1/jobs", "/v1/jobs/a", "/v1/jobs/a/run", "/v1/tokens", "/metrics", "/nothing"]) {
      const answer = await carillon.request(path, { method: "OPTIONS" });
      deepEqual([answer.status, await answer.text()], [204, ""], path);
    }
  }
});
