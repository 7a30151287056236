import { deepEqual } from "node:assert/strict";
import { denokv, etcd, type Program, testWith } from "../../support/programs.ts";
import { tallyOf } from "../judge/tally.ts";
import { cutsText, playCuts } from "./cut_scenario.ts";
import { FAULTS } from "./faults.ts";
import { STORE_KINDS, type StoreKind } from "./fleet_store.ts";
import { playHistory } from "./play_history.ts";

const PROGRAMS: Readonly<Record<StoreKind, Program | undefined>> = { embedded: undefined, denokv, etcd };

/** Faults that follow each other on one fleet; how often each is played is for `deno task fault`. */
const HISTORIES: Readonly<Record<string, readonly string[]>> = {
  "servers and stores die": [
    "leader-kill",
    "leader-stop",
    "rolling",
    "agent-drain",
    "store-kill",
    "member-kill",
    "member-leader-kill",
    "no-quorum",
  ],
  "agents die": ["agent-kill", "agent-restart", "agent-stop"],
  "answers of the store are lost": ["lost-answers"],
  "the clocks of servers are apart": ["clock-skew"],
  "a clock is set back and forward": ["clock-step"],
};

/** A cut that is over before anything is lost, in milliseconds. */
const CUT_MS = 5_000;

/** Registers a test that plays on all stores side by side; one whose program is missing is left out, and listed. */
function onEachStore(promise: string, stores: readonly StoreKind[], play: (store: StoreKind) => Promise<string[]>) {
  const isThere = (store: StoreKind) => PROGRAMS[store] === undefined || PROGRAMS[store].path !== undefined;
  const missing = stores.filter((store) => !isThere(store));
  for (const store of missing) testWith(PROGRAMS[store], `${promise} (${store})`, async () => void await play(store));
  Deno.test(`${promise} (${stores.filter(isThere).join(", ")})`, async () => {
    const findings = await Promise.all(stores.filter(isThere).map(play));
    deepEqual(findings.flat(), []);
  });
}

for (const [what, names] of Object.entries(HISTORIES)) {
  const faultsOn = (store: StoreKind) =>
    names.flatMap((name) => FAULTS[name]?.stores.includes(store) ? [FAULTS[name]] : []);
  const stores = STORE_KINDS.filter((store) => faultsOn(store).length > 0);
  onEachStore(`A fleet loses and doubles no due time while ${what}`, stores, async (store) => {
    const folder = await Deno.makeTempDir({ prefix: "carillon-fleet-" });
    const seed = Math.floor(Math.random() * 1e6);
    const report = await playHistory({
      store,
      faults: faultsOn(store),
      seedOf: (i) => seed + i,
      folder,
      ofEach: 1,
      brief: true,
    });
    const { findings } = tallyOf(report.verdicts, report.survivors);
    if (findings.length === 0) await Deno.remove(folder, { recursive: true });
    return findings.map(({ kind, text }) => `${store}, seed ${seed}, files in ${folder}: ${kind}: ${text}`);
  });
}

onEachStore("An agent that is cut off keeps its runs, and delivers them once", STORE_KINDS, async (store) => {
  const folder = await Deno.makeTempDir({ prefix: "carillon-fleet-" });
  const verdicts = await playCuts(store, [CUT_MS], folder);
  const wrong = verdicts.filter(({ findings }) => findings.length > 0);
  if (wrong.length === 0) await Deno.remove(folder, { recursive: true });
  return wrong.map((verdict) => `${store}, files in ${folder}: ${cutsText([verdict])}`);
});
