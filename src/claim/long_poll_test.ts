import { AuditTrail } from "../audit/mod.ts";
import { deepEqual } from "node:assert/strict";
import { fakeNode } from "../../tests/support/fake_deps.ts";
import { Finisher } from "../finish/mod.ts";
import { Committer, GroupCommitter, openMemory } from "../kv/mod.ts";
import { silentLog, systemClock, systemRandom } from "../runtime/mod.ts";
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
  const poll = new LongPoll(depsOf(followed), fakeNode("n"), REQUEST, { followed: ["b", "gone"], cancelled: [] });
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
