import { equal, match, ok } from "node:assert/strict";
import { startCarillon } from "../support/carillon.ts";
import { eventually } from "../support/eventually.ts";
import { TESTER } from "../support/tester.ts";

const viewer = { role: "viewer", scope: null, expiresAt: null } as const;

Deno.test("a token that asks too much is told to wait, and others are answered", async () => {
  await using carillon = await startCarillon({
    asksTokens: true,
    agent: false,
    limits: { requestsPerSecond: 5, streams: 0 },
  });
  const [greedy, other] = [
    await carillon.server.tokens.create({ ...viewer, name: "greedy" }, TESTER),
    await carillon.server.tokens.create({ ...viewer, name: "other" }, TESTER),
  ];
  const ask = (token: string) => carillon.request("/v1/leader", { headers: { authorization: `Bearer ${token}` } });
  let answer = await ask(greedy);
  for (let n = 0; n < 50 && answer.ok; n++) answer = await ask(greedy);
  equal(answer.status, 429);
  ok(Number(answer.headers.get("retry-after")) >= 1);
  match((await answer.json()).message, /"greedy": more than 5 requests a second/);
  equal((await ask(other)).status, 200);
  await eventually(async () => (await ask(greedy)).ok);
});

Deno.test("live answers of a token are limited; one that ends, is left or is cut makes room", async () => {
  await using carillon = await startCarillon({
    asksTokens: true,
    agent: false,
    limits: { requestsPerSecond: 0, streams: 2 },
  });
  const token = await carillon.server.tokens.create({ ...viewer, name: "wall" }, TESTER);
  const open = () => carillon.request("/v1/events", { headers: { authorization: `Bearer ${token}` } });
  const head = { method: "HEAD", headers: { authorization: `Bearer ${token}` } };
  for (let n = 0; n < 5; n++) equal((await carillon.request("/v1/events", head)).status, 200);
  const [first, second] = [await open(), await open()];
  const refused = await open();
  equal(refused.status, 429);
  match((await refused.json()).message, /2 live answers go on already/);
  await first.body?.cancel();
  const third = await open();
  equal(third.status, 200);
  await second.body?.cancel();
  await third.body?.cancel();
});
