import assert from "node:assert/strict";
import { z } from "zod";
import { type WaitingAnswer, waitingAnswerSchema } from "../../routes/wire/queue_answer.ts";
import { openNodes } from "./semantics_node.ts";
import { SECOND, World } from "./semantics_world.ts";

async function queueOf(world: World, query = ""): Promise<WaitingAnswer[]> {
  const response = await world.send("GET", `/v1/queue${query}`);
  return z.array(waitingAnswerSchema).parse(await response.json());
}

/** What each job's first waiting execution waits for. */
async function reasons(world: World): Promise<Record<string, string>> {
  const rows = await queueOf(world);
  return Object.fromEntries(rows.map((row) => [row.execution.job_name, row.waits_for.kind]));
}

Deno.test("GET /v1/queue says what each execution waits for", async () => {
  await using world = await World.open({ slots: 1 });
  await world.put("busy");
  await world.runOne("busy");
  await world.put("slot");
  await world.put("node", { tags: { role: "gone" } });
  await world.put("paused");
  await world.put("gated", { concurrency: "queue", tags: { role: "gone" } });
  for (const job of ["slot", "node", "paused", "gated", "gated"]) await world.run(job);
  await world.send("POST", "/v1/jobs/paused/pause", {});
  await world.untilEqual(() => reasons(world), { slot: "slot", node: "node", paused: "pause", gated: "gate" });

  const [, waiting] = await queueOf(world, "?job=gated");
  assert(waiting?.waits_for.kind === "gate");
  assert.deepEqual(waiting.waits_for.holders.map(({ job }) => job), ["gated"]);
  const [node] = await queueOf(world, "?job=node");
  assert.deepEqual(node?.waits_for, { kind: "node", node_name: null, tags: { role: "gone" } });
  const cut = await world.send("GET", "/v1/queue?limit=2");
  assert.equal(cut.headers.get("x-carillon-more"), "true");
  assert.equal((await cut.json()).length, 2);
});

Deno.test("declare-dead ends what a silent node had, frees its places, and refuses a live node", async () => {
  await using world = await World.open({ agent: false });
  const [node] = await openNodes(world, "remote");
  await world.put("job", { concurrency: "forbid", on_lost: "wait" });
  await world.run("job");
  await node.takes();
  await node.start();
  await world.states("job", "running");
  const early = await world.request("POST", "/v1/members/remote/declare-dead");
  assert.equal(early.status, 400);
  assert.match(await early.text(), /it is alive/);

  await world.pass(70 * SECOND);
  await world.states("job", "lost");
  assert.equal((await world.request("POST", "/v1/jobs/job/run")).status, 409, "its place is still held");
  await world.send("POST", "/v1/members/remote/declare-dead");
  await world.run("job");
  assert.equal((await world.request("POST", "/v1/members/nobody/declare-dead")).status, 404);
});
