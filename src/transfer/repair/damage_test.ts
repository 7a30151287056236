import assert from "node:assert/strict";
import type { Execution } from "../../model/mod.ts";
import {
  executionKey,
  executionPrefix,
  executionTable,
  gatePrefix,
  groupTable,
  jobKey,
  queueKey,
  queuePrefix,
  queueTable,
  revisionKey,
  runningKey,
  runningPrefix,
  runningTable,
  selectorKey,
  selectorPrefix,
  selectorTable,
  statKey,
  statTable,
  takenKey,
  takenPrefix,
  takenTable,
  tombKey,
  tombTable,
  unmadePrefix,
} from "../../store/mod.ts";
import { queueKeyOf } from "../../start/mod.ts";
import { endedUnseen } from "../close_open.ts";
import { recordsOf, write } from "../stores_test.ts";
import { BusyStore, entriesOf, groupOf, repaired, runOf, uidOf } from "./busy_store_test.ts";
import { type Damage, testDamages } from "./damages_test.ts";

const busy = new BusyStore();
const TAKEN = takenPrefix();

const over = (execution: Execution) =>
  execution.state === "queued" || execution.state === "claimed" || execution.state === "running"
    ? endedUnseen(execution, "a test", 1)
    : execution;

const DAMAGES: Damage[] = [
  {
    what: "an execution that is queued and running",
    async damage(engine) {
      const { execution } = await runOf(engine, "plain", runningPrefix());
      const { id, selector, lane } = execution;
      await write(
        engine,
        queueKey(selector, lane, 1, id),
        queueTable.encode({ ...execution, state: "queued", readyAt: 1 }),
      );
    },
    found: [/^job "plain": run \S+ stands in the queue and under node "n1", and its place is under node "n1"$/],
    undone: true,
  },
  {
    what: "an execution that is queued and over",
    async damage(engine) {
      const { execution } = await runOf(engine, "fast", executionPrefix());
      const queued = { ...execution, state: "queued" as const, readyAt: 1 };
      await write(engine, queueKeyOf(queued), queueTable.encode(queued));
    },
    found: [/^job "fast": run \S+ stands in the queue and in the history, and its place is in the history$/],
    undone: true,
  },
  {
    what: "an execution that is running and over",
    async damage(engine) {
      const { execution } = await runOf(engine, "fast", executionPrefix());
      const claimed = { node: "n1", incarnation: "i", claimedAt: 1, cancel: null };
      const mark = { ...execution, ...claimed, state: "claimed" as const };
      await write(engine, runningKey("n1", "i", execution.id), runningTable.encode(mark));
    },
    found: [/^job "fast": run \S+ stands under node "n1" and in the history, and its place is in the history$/],
    undone: true,
  },
  {
    what: "a queue entry under the wrong key",
    async damage(engine) {
      const { key, execution } = await runOf(engine, "far", queuePrefix());
      await write(engine, queueKey("elsewhere", 1, 1, execution.id), executionTable.encode(execution));
      await write(engine, key, null);
    },
    found: [/^job "far": run \S+ stands in the queue, and its place is in the queue$/],
    undone: true,
  },
  {
    what: "a running mark under the wrong node",
    async damage(engine) {
      const { key, execution } = await runOf(engine, "plain", runningPrefix());
      await write(engine, runningKey("n9", "i9", execution.id), executionTable.encode(execution));
      await write(engine, key, null);
    },
    found: [/^job "plain": run \S+ stands under node "n9", and its place is under node "n1"$/],
    undone: true,
  },
  {
    what: "a queue entry of a job that is gone",
    damage: async (engine) => await write(engine, jobKey("far"), null),
    found: [/^job "far": run \S+ stands in the queue, and its job is gone$/],
  },
  {
    what: "runs whose revision is gone, the job's current one and a former one",
    async damage(engine) {
      const uid = await uidOf(engine, "far");
      for (const revision of [1, 2]) await write(engine, revisionKey(uid, revision), null);
    },
    found: [/^job "far": its revision 2 is missing$/, /^job "far": run \S+ stands in the queue, and revision 1/],
  },
  {
    what: "groups of a run, of a waiting run, and of runs on two nodes, whose records are missing",
    async damage(engine) {
      for (
        const [name, state] of [["plain", "open"], ["gated", "waiting"], ["gated", "open"], ["both", "open"]] as const
      ) {
        await write(engine, (await groupOf(engine, name, state)).key, null);
      }
    },
    found: ["plain", "gated", "both"].map((name) =>
      new RegExp(`^job "${name}": group \\S+ has open runs and no record$`)
    ),
    undone: true,
  },
  {
    what: "a run that is missing while its group is open",
    damage: async (engine) => await write(engine, (await runOf(engine, "plain", runningPrefix())).key, null),
    found: [/^job "plain": group \S+ is open, and nothing of it is left to run$/],
  },
  {
    what: "a waiting run that is missing",
    async damage(engine) {
      const { group } = await groupOf(engine, "gated", "waiting");
      await write(engine, executionKey(group.uid, `${group.id}-0000-001`), null);
    },
    found: [/^job "gated": group \S+ waits at its gate without all of its runs$/],
    undone: true,
  },
  {
    what: "a queued run of a group that has ended",
    async damage(engine) {
      const { key, group } = await groupOf(engine, "both", "open");
      const targets = group.targets.map((target) => ({ ...target, state: "success" as const }));
      await write(engine, key, groupTable.encode({ ...group, state: "ended", targets, outcome: "success" }));
    },
    found: [
      /^job "both": run \S+-0000-001 is open, and its group knows nothing of it$/,
      /^job "both": run \S+-0001-001 is open, and its group knows nothing of it$/,
    ],
  },
  {
    what: "an open target whose attempt is over",
    async damage(engine) {
      const { key, execution } = await runOf(engine, "both", runningPrefix());
      await write(engine, key, null);
      const ended = executionTable.encode(over(execution));
      await write(engine, executionKey(execution.uid, execution.id), ended);
    },
    found: [/^job "both": group \S+ does not say how far its runs are$/],
  },
  {
    what: "a selector that is missing and one with the text of another",
    async damage(engine) {
      const { execution } = await runOf(engine, "far", queuePrefix());
      const both = await runOf(engine, "both", queuePrefix());
      await write(engine, selectorKey(execution.selector), null);
      const text = selectorTable.encode({ node: "n1", tags: {} });
      await write(engine, selectorKey(both.execution.selector), text);
    },
    found: [/^selector \S+: its text is missing$/, /^selector \S+: its text is that of another$/],
    undone: true,
  },
  {
    what: "a queued run that asks for nobody knows what",
    async damage(engine) {
      const { execution } = await runOf(engine, "far", queuePrefix());
      const queued = {
        ...execution,
        state: "queued" as const,
        readyAt: 1,
        selector: "lost",
        id: `${execution.group}-0000-002`,
      };
      await write(engine, queueKeyOf(queued), queueTable.encode(queued));
    },
    found: [/^job "far": run \S+-002 is queued, and nobody can tell which nodes may run it$/],
  },
  {
    what: "taken marks that are missing, of another target, and of no group",
    async damage(engine) {
      const [mark] = await entriesOf(engine, TAKEN);
      if (mark) await write(engine, mark.key, takenTable.encode({ target: 7 }));
      await write(engine, takenKey("nobody", "n1"), takenTable.encode({ target: 0 }));
    },
    found: [
      /^node "n1" is kept for a target of group nobody, which is gone$/,
      /^job "both": node "n1" is not kept for run \S+$/,
    ],
    undone: true,
  },
  {
    what: "a mark of deletion of a job that is there",
    async damage(engine) {
      const tomb = { name: "fast", at: 1, cancel: true, by: "nobody" };
      await write(engine, tombKey(await uidOf(engine, "fast")), tombTable.encode(tomb));
    },
    found: [/^job "fast": it is marked as deleted, and it is there$/],
    undone: true,
  },
];

Deno.test("repairStore() finds nothing in the store of a killed server that had work of every kind", async () => {
  const engine = await busy.copy();
  const before = await recordsOf(engine, ["slot"]);
  assert.deepEqual(await repaired(engine), []);
  assert.deepEqual(await recordsOf(engine, ["slot"]), before);
  await engine.close();
});

testDamages(busy, DAMAGES);

Deno.test("repairStore() counts a group that it ends, once", async () => {
  const engine = await busy.copy();
  await write(engine, (await runOf(engine, "plain", runningPrefix())).key, null);
  await repaired(engine);
  await repaired(engine);
  const { value } = await engine.kv.get(statKey(await uidOf(engine, "plain")));
  assert.equal(value && statTable.decode(value).errorCount, 1);
  await engine.close();
});

Deno.test("repairStore() tells what nobody can read, and leaves it and all that it may explain", async () => {
  for (
    const prefix of [
      queuePrefix(),
      runningPrefix(),
      executionPrefix(),
      gatePrefix(),
      selectorPrefix(),
      unmadePrefix(),
      TAKEN,
    ]
  ) {
    const engine = await busy.copy();
    for (const { key } of await entriesOf(engine, prefix)) await write(engine, key, new TextEncoder().encode("{]"));
    const before = await recordsOf(engine, ["slot"]);
    const lines = await repaired(engine);
    assert.deepEqual(await recordsOf(engine, ["slot"]), before, lines.join("\n"));
    await engine.close();
  }
});
