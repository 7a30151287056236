import assert from "node:assert/strict";
import fc from "fast-check";
import { createApp } from "../../../routes/mod.ts";
import { fakeDeps } from "../../support/fake_deps.ts";
import { Attack } from "./attack.ts";
import { badRequest, BODIES } from "./requests.ts";

/** `BAD_INPUT_REQUESTS=100000 BAD_INPUT_SEED=7 deno task test tests/integration/bad_input` for a longer run, or another. */
const REQUESTS = Number(Deno.env.get("BAD_INPUT_REQUESTS") ?? 10_000);
const SEED = Number(Deno.env.get("BAD_INPUT_SEED") ?? 1);

Deno.test("every route of the app has bad requests made for it", () => {
  const routes = createApp(fakeDeps()).routes.filter(({ method }) => method !== "ALL");
  const known = new Set(routes.map(({ method, path }) => `${method} ${path}`));
  assert.deepEqual([...known].sort(), Object.keys(BODIES).sort());
});

Deno.test(`no bad request of ${REQUESTS} is answered with a 5xx, or changes anything when it is refused`, async () => {
  await using attack = await Attack.begin();
  const statuses = new Map<number, number>();
  let sent = 0;
  const property = fc.asyncProperty(badRequest, async (bad) => {
    const status = await attack.send(bad);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (++sent % 500 === 0) await attack.checkAlive();
  });
  await fc.assert(property, { numRuns: REQUESTS, seed: SEED, endOnFailure: true });
  await attack.checkAlive();
  assert.ok(sent >= REQUESTS);
  // A test of bad requests that is refused everywhere, or nowhere, tests nothing.
  for (const status of [200, 201, 400, 403, 404, 412, 413]) assert.ok(statuses.has(status), `never ${status}`);
});
