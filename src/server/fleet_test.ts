import { deepEqual } from "node:assert/strict";
import { type Engine, openMemory } from "../kv/mod.ts";
import { beatsKey, beatsTable, feedKey } from "../store/mod.ts";
import { startCarillon } from "../../tests/support/carillon.ts";
import { eventually } from "../../tests/support/eventually.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";

/** What servers keep in a store for themselves and for each other. */
const OWN_KINDS = ["beats", "feed", "live", "slot"];

/** A store that outlives its servers, which share it. */
function sharedStore(): Engine {
  const engine = openMemory();
  const profile = { ...engine.profile, soleWriter: false, answersCanBeLost: true };
  return { ...engine, profile, close: () => Promise.resolve() };
}

/** Of what servers keep for themselves, what stands in the store: kind and incarnation. */
async function kept({ kv }: Engine): Promise<string[]> {
  const found = new Set<string>();
  for (const kind of OWN_KINDS) {
    for await (const { key } of kv.list({ prefix: [kind] })) found.add(`${kind} ${key[1]}`);
  }
  return [...found];
}

Deno.test("Fleet.run() leaves nothing of a server that stops", async () => {
  const engine = sharedStore();
  await using carillon = await startCarillon({ engine, agent: false });
  const shell = { executor: "shell", executor_config: { command: "true" } };
  await carillon.json("POST", "/v1/jobs", { name: "j", schedule: "@manually", ...shell });
  await eventually(async () => (await kept(engine)).filter((what) => /^(feed|slot|beats)/.test(what)).length === 3);
  await carillon.kill(); // without an agent this is how a server stops by itself too
  deepEqual(await kept(engine), []);
});

Deno.test("Fleet.run() removes what a server left that died", async () => {
  const engine = sharedStore();
  const clock = new FakeClock();
  const seen = { name: "dead", version: "1", address: "", seq: 7, at: clock.now(), agents: 0, nodes: {} };
  const beats = beatsTable.encode({ ...seen, feedNext: 250, followed: [], liveNext: 0 });
  await engine.kv.atomic().set(beatsKey("dead", 0), beats).set(["slot", "dead", 0], new Uint8Array([1])).commit();
  for (let n = 0; n < 250; n++) await engine.kv.atomic().set(feedKey("dead", n), new Uint8Array([1])).commit();
  await using _carillon = await startCarillon({ engine, agent: false, clock });
  await eventually(async () => {
    await clock.advance(1_000);
    return (await kept(engine)).every((what) => !what.endsWith(" dead"));
  });
});
