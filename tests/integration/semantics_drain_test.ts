import assert from "node:assert/strict";
import { openNodes } from "./semantics_node.ts";
import { SECOND, World } from "./semantics_world.ts";
import { never } from "../support/never.ts";

/** A job of which any one node runs each run. */
const ANY = { target: "one" };

Deno.test("Drain: a node that drains is given nothing, lives on, is shown so, and works again afterwards", async () => {
  await using world = await World.open({ agent: false });
  const [node] = await openNodes(world, "n2");
  await world.put("job", ANY);
  await world.send("POST", "/v1/members/n2/drain");
  await world.run("job");
  await node.poll();
  assert.deepEqual(node.held, []);
  const members: { Name: string; statusText: string; draining: boolean }[] =
    await (await world.send("GET", "/v1/members")).json();
  assert.deepEqual(
    members.map(({ Name, statusText, draining }) => [Name, statusText, draining]),
    [["n2", "alive", true], ["n1", "alive", false]],
  );
  await world.send("POST", "/v1/members/n2/undrain");
  await node.takes();
  assert.equal((await world.refused(404, "POST", "/v1/members/nope/drain")).code, "not_found");
});

Deno.test("Drain: an operator's word outlives a restart of the node", async () => {
  await using world = await World.open({ agent: false });
  const [node] = await openNodes(world, "n2");
  await world.put("job", ANY);
  await world.send("POST", "/v1/members/n2/drain");
  await node.register("2");
  await world.run("job");
  await node.poll();
  assert.deepEqual(node.held, []);
});

Deno.test("Drain: a new run for every node leaves out those that drain", async () => {
  await using world = await World.open({ agent: false });
  const [, other] = await openNodes(world, "n2", "n3");
  await world.put("job");
  await world.send("POST", "/v1/members/n2/drain");
  await world.run("job");
  await other.takes();
  await other.end("success");
  await world.states("job", "success");
});

Deno.test("Drain: a claim that has not begun goes back to its queue, once, and another node runs it", async () => {
  await using world = await World.open({ agent: false });
  const [first, second] = await openNodes(world, "n2", "n3");
  await world.put("job", { ...ANY, concurrency: "forbid" });
  await world.run("job");
  const claim = await first.takes();
  assert.deepEqual((await first.giveBack(claim)).done, [claim.execution]);
  await world.states("job", "queued");
  const again = await second.takes();
  assert.equal(again.execution, claim.execution);
  // Repeated, late, or of another node: nothing happens.
  await first.giveBack(claim);
  await second.giveBack({ ...again, claimedAt: claim.claimedAt - 1 });
  second.held = [again];
  await second.start();
  await world.states("job", "running");
  await second.giveBack(again);
  second.held = [again];
  await second.end("success");
  await world.states("job", "success");
  assert.deepEqual(await world.each("job", "attempt"), [1]);
});

Deno.test("Drain: a claim that is handed back after a cancel is cancelled", async () => {
  await using world = await World.open({ agent: false });
  const [node] = await openNodes(world, "n2");
  await world.put("job", ANY);
  await world.run("job");
  const claim = await node.takes();
  await world.send("POST", `/v1/jobs/job/executions/${claim.execution}/cancel`, { reason: "enough" });
  await node.giveBack(claim);
  const [cancelled] = await world.states("job", "cancelled");
  assert.match(cancelled?.reason ?? "", /cancelled by .*: enough/);
});

Deno.test("Drain: what a node that leaves has not begun goes back, and what it began is lost", async () => {
  await using world = await World.open({ agent: false });
  const [node] = await openNodes(world, "n2");
  await world.put("began", ANY);
  await world.put("waits", ANY);
  await world.run("began");
  await node.takes();
  await node.start();
  await world.states("began", "running");
  await world.run("waits");
  await node.takes(2);
  await node.leave();
  await world.states("began", "lost");
  await world.states("waits", "queued");
});

Deno.test("Ownership: a node cannot end, write to or hand back a run of another node", async () => {
  await using world = await World.open({ agent: false });
  const [owner, thief] = await openNodes(world, "n2", "n3");
  await world.put("job", ANY);
  await world.run("job");
  const claim = await owner.takes();
  const refused = [{ execution: claim.execution, reason: `execution "${claim.execution}" is not of node "n3"` }];
  assert.deepEqual(await thief.report(claim, "failed"), { done: [claim.execution], refused });
  assert.deepEqual((await thief.send(claim, 0, "forged")).refused, refused);
  assert.deepEqual((await thief.send({ ...claim, uid: "another" }, 0, "forged")).refused, refused);
  await thief.giveBack(claim);
  await owner.start();
  await owner.send(claim, 0, "true");
  await owner.end("success");
  const [run] = await world.states("job", "success");
  assert.equal(await (await world.send("GET", `/v1/jobs/job/executions/${run?.id}/output`)).text(), "true");
});

Deno.test("Ownership: a node cannot end another node's lost run either", async () => {
  await using world = await World.open({ agent: false });
  const [owner, thief] = await openNodes(world, "n2", "n3");
  await world.put("job", { ...ANY, concurrency: "forbid", lost_after: "25s" });
  await world.run("job");
  const claim = await owner.takes();
  await owner.start();
  for (let i = 0; i < 5; i++) {
    await world.pass(8 * SECOND);
    await thief.poll(0);
  }
  await world.states("job", "lost");
  await thief.report(claim, "success");
  // Its place is held still: nobody knows that it is over.
  assert.equal((await world.refused(409, "POST", "/v1/jobs/job/run")).code, "overlap");
});

Deno.test("Ownership: output and results that come twice or out of order change nothing", async () => {
  await using world = await World.open({ agent: false });
  const [node] = await openNodes(world, "n2");
  await world.put("job", ANY);
  await world.run("job");
  const claim = await node.takes();
  await node.start();
  for (const [n, text] of [[1, "b"], [0, "a"], [1, "b"], [0, "x"], [2, "c"]] as const) await node.send(claim, n, text);
  await node.report(claim, "success");
  await node.report(claim, "failed");
  await node.send(claim, 1, "z");
  const [run] = await world.states("job", "success");
  assert.equal(await (await world.send("GET", `/v1/jobs/job/executions/${run?.id}/output`)).text(), "abc");
  await world.untilEqual(() => world.counts("job"), [1, 0]);
});

Deno.test("Names: a second node of a name is refused, with both addresses, while the first may run something", async () => {
  await using world = await World.open({ agent: false });
  const [node] = await openNodes(world, "n2");
  await world.put("job", { ...ANY, concurrency: "forbid", lost_after: "25s" });
  await world.run("job");
  await node.takes();
  await node.start();
  const { agents } = world.carillon.server;
  const twin = () =>
    agents.register(
      {
        name: "n2",
        id: "another",
        incarnation: "x",
        tags: {},
        slots: 1,
        executors: [],
        version: "1",
        server: false,
      },
      "10.0.0.2",
      never,
    );
  await assert.rejects(twin(), { code: "forbidden", message: /"n2" from 10\.0\.0\.2: .* live node at / });
  await world.pass(60 * SECOND);
  await world.states("job", "lost");
  await assert.rejects(twin(), { code: "forbidden", message: /silent node at .*not known to be over/ });
  await node.poll(0);
  await node.end("success");
  await world.pass(60 * SECOND);
  assert.equal((await twin()).id, "another");
});
