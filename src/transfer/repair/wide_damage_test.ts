import assert from "node:assert/strict";
import type { Engine, KvKey } from "../../kv/mod.ts";
import { type Group, readTags, type Unmade } from "../../model/mod.ts";
import {
  groupTable,
  jobKey,
  queuePrefix,
  queueTable,
  selectorKey,
  selectorTable,
  unmadeKey,
  unmadePrefix,
  unmadeTable,
} from "../../store/mod.ts";
import { recordsOf, write } from "../stores_test.ts";
import { BusyStore, entriesOf, groupOf, repaired } from "./busy_store_test.ts";
import { type Damage, testDamages } from "./damages_test.ts";

const busy = new BusyStore();
const { tags } = readTags({ role: "crowd" });

/** Targets of the crowd that are still to be made where its group is expanding. */
const LATER = 20;

/** Makes the store one whose crowd was met half-way: its last targets stand in a page again. */
async function expanding(engine: Engine): Promise<{ key: KvKey; group: Group; page: Unmade; pageKey: KvKey }> {
  const { key, group } = await groupOf(engine, "crowd", "open");
  const page: Unmade = { tags, nodes: {} };
  for (const { key: at, value } of await entriesOf(engine, queuePrefix())) {
    const queued = queueTable.decode(value);
    if (queued.group !== group.id || queued.target < group.targets.length - LATER) continue;
    const selector = (await engine.kv.get(selectorKey(queued.selector))).value ?? assert.fail("no selector");
    page.nodes[queued.target] = selectorTable.decode(selector).node;
    await write(engine, at, null);
  }
  assert.equal(Object.keys(page.nodes).length, LATER);
  const pageKey = unmadeKey(group.uid, group.id, 0);
  await write(engine, pageKey, unmadeTable.encode(page));
  return { key, group, page, pageKey };
}

const DAMAGES: Damage[] = [
  {
    what: "a page that is missing while its group waits",
    async damage(engine) {
      for (const { key } of await entriesOf(engine, unmadePrefix())) await write(engine, key, null);
    },
    found: [
      /^job "crowd": group \S+ is open, and nothing of it is left to run$/,
      /^the gate of job "crowd" names 1 that do not stand there$/,
    ],
  },
  {
    what: "a page whose group is gone",
    damage: async (engine) => await write(engine, (await groupOf(engine, "crowd", "waiting")).key, null),
    found: [
      /^job "crowd": page 0 of group \S+ is still to be made, and the group is gone$/,
      /^the gate of job "crowd" names 1 that do not stand there$/,
    ],
  },
  {
    what: "a page of a group that has ended",
    async damage(engine) {
      const { key, group } = await groupOf(engine, "crowd", "waiting");
      const targets = group.targets.map((target) => ({ ...target, state: "cancelled" as const }));
      const ended: Group = { ...group, state: "ended", targets, endedAt: 1, outcome: "cancelled" };
      await write(engine, key, groupTable.encode(ended));
    },
    found: [
      /^job "crowd": page 0 of group \S+ holds 50 targets that are not to be made$/,
      /^the gate of job "crowd" names 1 that do not stand there$/,
    ],
  },
  {
    what: "a page whose job is gone",
    damage: async (engine) => await write(engine, jobKey("crowd"), null),
    found: [
      /^job "crowd": page 0 of group \S+ is still to be made, and its job is gone$/,
      /^job "crowd": run \S+ stands in the queue, and its job is gone$/,
      /^job "crowd": group \S+ is open, and nothing of it is left to run$/,
      /^gate "job\/\S+" names 2 that do not stand there, and is that of a job that is gone$/,
    ],
  },
  {
    what: "a page with targets that are queued already",
    async damage(engine) {
      const { group } = await groupOf(engine, "crowd", "open");
      const page = unmadeTable.encode({ tags, nodes: { 1: "c1", 2: "c2" } });
      await write(engine, unmadeKey(group.uid, group.id, 0), page);
    },
    found: [/^job "crowd": page 0 of group \S+ holds 2 targets that are not to be made$/],
    undone: true,
  },
  {
    what: "a page in the place of another",
    async damage(engine) {
      const { group, page, pageKey } = await expanding(engine);
      await write(engine, pageKey, null);
      await write(engine, unmadeKey(group.uid, group.id, 1), unmadeTable.encode(page));
    },
    found: [
      /^job "crowd": page 1 of group \S+ holds 20 targets that are not to be made$/,
      /^job "crowd": group \S+ does not say how far its runs are$/,
    ],
  },
  {
    what: "a page that has lost a target",
    async damage(engine) {
      const { page, pageKey } = await expanding(engine);
      const nodes = Object.fromEntries(Object.entries(page.nodes).slice(1));
      await write(engine, pageKey, unmadeTable.encode({ ...page, nodes }));
    },
    found: [/^job "crowd": group \S+ does not say how far its runs are$/],
  },
  {
    what: "a wide group with runs and pages, whose record is missing",
    damage: async (engine) => await write(engine, (await groupOf(engine, "crowd", "open")).key, null),
    found: [/^job "crowd": group \S+ has open runs and no record$/],
    undone: true,
  },
  {
    what: "a queued run of a wide group that waits",
    async damage(engine) {
      const { key, group } = await groupOf(engine, "crowd", "open");
      await write(engine, key, groupTable.encode({ ...group, state: "waiting" }));
    },
    found: [/^job "crowd": group \S+ does not say how far its runs are$/],
    undone: true,
  },
];

Deno.test("repairStore() finds nothing where a wide group is expanding, or one of its targets was settled", async () => {
  const engine = await busy.copy();
  const { key, group, page, pageKey } = await expanding(engine);
  assert.deepEqual(await repaired(engine, true), []);
  const last = group.targets.length - 1;
  const targets = group.targets.map((target, at) => at === last ? { ...target, state: "cancelled" as const } : target);
  await write(engine, key, groupTable.encode({ ...group, targets }));
  const { [last]: _, ...nodes } = page.nodes;
  await write(engine, pageKey, unmadeTable.encode({ ...page, nodes }));
  assert.deepEqual(await repaired(engine, true), []);
  await engine.close();
});

testDamages(busy, DAMAGES);

Deno.test("repairStore() rebuilds a wide group that is expanding, as it was", async () => {
  const engine = await busy.copy();
  const { key } = await expanding(engine);
  const before = (await engine.kv.get(key)).value ?? assert.fail("no group");
  await write(engine, key, null);
  assert.equal((await repaired(engine)).length, 1);
  const after = (await engine.kv.get(key)).value ?? assert.fail("no group");
  assert.deepEqual(groupTable.decode(after), groupTable.decode(before));
  await engine.close();
});

Deno.test("repairStore() leaves pages that nobody can read, and a group that is expanding with them", async () => {
  const engine = await busy.copy();
  const { pageKey } = await expanding(engine);
  await write(engine, pageKey, new TextEncoder().encode("{]"));
  const before = await recordsOf(engine, ["slot"]);
  assert.deepEqual(await repaired(engine), []);
  assert.deepEqual(await recordsOf(engine, ["slot"]), before);
  await engine.close();
});
