import { AuditTrail } from "../audit/mod.ts";
import { deepEqual, match } from "node:assert/strict";
import { fakeNode } from "../../tests/support/fake_deps.ts";
import { Finisher } from "../finish/mod.ts";
import { Committer, GroupCommitter, openMemory } from "../kv/mod.ts";
import type { Assignment } from "../model/mod.ts";
import { createLog, silentLog, systemClock, systemRandom } from "../runtime/mod.ts";
import { Catalogue, FenceNow, Graph, OpenExecutions, Store } from "../store/mod.ts";
import type { AgentsDeps } from "./agents_deps.ts";
import { AssignedIndex } from "./assigned.ts";
import { Broker } from "./broker.ts";
import { Liveness } from "./liveness.ts";
import { LongPoll } from "./long_poll.ts";
import { QueueIndex } from "./queue_index.ts";
import { never } from "../../tests/support/never.ts";

/** What polls work with, over an empty store; `followed` are the outputs that somebody reads. */
function depsOf(followed: ReadonlySet<string>): AgentsDeps {
  const [clock, log] = [systemClock, silentLog];
  const engine = openMemory();
  const committer = new Committer({ engine, clock, log, incarnation: "i" });
  const store = new Store({ engine, committer: new GroupCommitter({ committer, profile: engine.profile }), log });
  const open = new OpenExecutions(store);
  const index = new QueueIndex(store, clock);
  const parts = { store, open, index, catalogue: new Catalogue(store), graph: new Graph(store), clock, log };
  const pauseOf = () => ({ held: false, heldUntil: null });
  return {
    ...parts,
    broker: new Broker({ ...parts, pauseOf, fence: new FenceNow(parts), minder: undefined, reread() {} }),
    assigned: new AssignedIndex(store),
    liveness: new Liveness(store, clock),
    finisher: new Finisher({ ...parts, random: systemRandom, counter: { count() {} } }),
    audit: new AuditTrail({ ...parts, random: systemRandom }),
    secrets: { fill: (assignment) => Promise.resolve({ assignment }) },
    outputs: {
      append: () => Promise.resolve(),
      followed: (executions) => executions.filter((id) => followed.has(id)),
      onFollow() {},
    },
  };
}

const REQUEST = {
  node: "n",
  incarnation: "i1",
  freeSlots: 1,
  held: ["a", "b"].map((execution) => ({ execution, startedAfterMs: 1 })),
  waitMs: 5_000,
};

Deno.test("LongPoll.run() answers at once what became followed between two polls", async () => {
  const poll = new LongPoll(depsOf(new Set(["b"])), fakeNode("n"), REQUEST);
  deepEqual((await poll.run(never)).followed, ["b"]);
});

Deno.test("LongPoll.run() waits while its node was told what is followed, and answers when that changes", async () => {
  const followed = new Set(["b"]);
  const poll = new LongPoll(depsOf(followed), fakeNode("n"), REQUEST, {
    told: { followed: ["b", "gone"], cancelled: [] },
  });
  let answered = false;
  const answer = poll.run(never).then((given) => {
    answered = true;
    return given;
  });
  poll.look();
  await Promise.resolve();
  deepEqual(answered, false);
  followed.clear();
  poll.look();
  deepEqual((await answer).followed, []);
});

Deno.test("LongPoll.run() answers claims with their secrets, and leaves out what has none now or never", async () => {
  const refused: string[] = [];
  const secrets: AgentsDeps["secrets"] = {
    fill(assignment) {
      if (assignment.execution === "away") return Promise.reject(new Error("the store does not answer"));
      if (assignment.execution !== "given") return Promise.resolve({ refusal: `none for "${assignment.execution}"` });
      return Promise.resolve({ assignment: { ...assignment, config: { x: "value" }, secrets: ["value"] } });
    },
  };
  const write = (line: string) => void refused.push(line);
  const log = createLog({ level: "warn", format: "text", now: () => 0, write });
  const poll = new LongPoll({ ...depsOf(new Set()), secrets, log }, fakeNode("n"), REQUEST);
  const answer = poll.run(never);
  poll.give(["refused", "away", "given"].map(claimOf));
  const { claims } = await answer;
  deepEqual(claims, [{ ...claimOf("given"), config: { x: "value" }, secrets: ["value"] }]);
  match(
    refused.sort().join("\n"),
    /Cannot hand out "job" now: the store.*away\n.*Cannot run "job": none for "refused"/,
  );
});

/** A claim of a job that names a secret. */
function claimOf(execution: string): Assignment {
  return {
    execution,
    uid: "u",
    jobName: "job",
    attempt: 1,
    executor: "shell",
    config: { x: "${secret:X}" },
    timeoutMs: null,
    graceMs: 0,
    claimedAt: 0,
    stopAfterSilentMs: null,
  };
}
