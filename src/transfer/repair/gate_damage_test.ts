import assert from "node:assert/strict";
import type { Engine, KvKey } from "../../kv/mod.ts";
import { emptyGate } from "../../model/mod.ts";
import { gatePrefix, gateTable, runningPrefix } from "../../store/mod.ts";
import { write } from "../stores_test.ts";
import { BusyStore, entriesOf, runOf, uidOf } from "./busy_store_test.ts";
import { type Damage, testDamages } from "./damages_test.ts";

async function gate(engine: Engine): Promise<{ key: KvKey; value: ReturnType<typeof gateTable.decode> }> {
  const uid = await uidOf(engine, "gated");
  const entry = (await entriesOf(engine, gatePrefix())).find(({ key }) => key[1] === `job/${uid}`);
  return entry ? { key: entry.key, value: gateTable.decode(entry.value) } : assert.fail("no gate");
}

const DAMAGES: Damage[] = [
  {
    what: "a gate that is missing",
    damage: async (engine) => await write(engine, (await gate(engine)).key, null),
    found: [/^the gate of job "gated" does not name 2 that stand there$/],
    undone: true,
  },
  {
    what: "a gate with places of groups that there are not, and one twice",
    async damage(engine) {
      const { key, value } = await gate(engine);
      const nobody = { uid: "u", group: "nobody", limit: 1, replaces: false };
      const holders = [...value.holders, nobody, ...value.holders];
      const waiting = [nobody, ...value.waiting];
      await write(engine, key, gateTable.encode({ holders, waiting, superseded: [nobody] }));
    },
    found: [/^the gate of job "gated" names 4 that do not stand there$/],
    undone: true,
  },
  {
    what: "a gate that takes a waiting group for a holder",
    async damage(engine) {
      const { key, value: { holders, waiting } } = await gate(engine);
      await write(engine, key, gateTable.encode({ ...emptyGate, holders: waiting, waiting: [] }));
      assert.equal(holders.length, 1);
    },
    found: [/^the gate of job "gated" names 1 that do not stand there, and does not name 2 that stand there$/],
  },
  {
    what: "a run that is missing while its group holds a gate",
    damage: async (engine) => await write(engine, (await runOf(engine, "gated", runningPrefix())).key, null),
    found: [
      /^job "gated": group \S+ is open, and nothing of it is left to run$/,
      /^the gate of job "gated" names 1 that do not stand there$/,
    ],
  },
];

testDamages(new BusyStore(), DAMAGES);
