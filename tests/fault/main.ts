import { parseArgs } from "node:util";
import { fleetReportText } from "./fleet/fleet_report.ts";
import { type FleetState, fleetStatePath, loadFleetState, newFleetState } from "./fleet/fleet_state.ts";
import { STORE_KINDS, type StoreKind } from "./fleet/fleet_store.ts";
import { FAULTS } from "./fleet/faults.ts";
import { playFault } from "./fleet/play_fault.ts";
import { SCENARIOS } from "./fleet/scenarios.ts";
import { Campaign } from "./single/campaign.ts";
import { type CampaignState, loadState, newCampaign, statePath } from "./single/campaign_state.ts";
import { findingsOf, reportText } from "./single/report_table.ts";
import { planRound } from "./single/round_plan.ts";

const faultLines = Object.entries(FAULTS).map(([name, { what, stores }]) =>
  `  ${name.padEnd(20)} ${what} (${stores.join(", ")})`
);

const scenarioLines = Object.entries(SCENARIOS).map(([name, { what }]) =>
  `  ${name.padEnd(20)} ${what} (${STORE_KINDS.join(", ")}), once`
);

const HELP = `Harms a fleet again and again, and proves that no time was lost and none ran twice.

  deno task fault NAME [--store ${STORE_KINDS.join("|")}] [--rounds 100] [--seed N] [--folder PATH]
  deno task fault NAME --resume FILE [--rounds 100]    # goes on until so many rounds have been played

NAME is what happens:

  crash                one server with its own agent is killed at its work, as it starts and as it catches up, in one
                       long history; with --bell native|silent and --jobs 100, without --store
${[...faultLines, ...scenarioLines].join("\n")}
`;

const OPTIONS = {
  store: { type: "string" },
  rounds: { type: "string", default: "100" },
  seed: { type: "string" },
  bell: { type: "string", default: "native" },
  jobs: { type: "string", default: "100" },
  folder: { type: "string" },
  resume: { type: "string" },
  help: { type: "boolean", default: false },
} as const;

interface Values {
  store?: string;
  rounds: string;
  seed?: string;
  bell: string;
  jobs: string;
  folder?: string;
  resume?: string;
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({ args: Deno.args, options: OPTIONS, allowPositionals: true });
  const [name = "crash"] = positionals;
  if (values.help) console.log(HELP);
  else Deno.exit(await play(name, values) ? 1 : 0);
}

/** Plays what was asked for, and answers whether anything is wrong. */
function play(name: string, values: Values): Promise<boolean> {
  if (name === "crash") return playCrash(values);
  return name in SCENARIOS ? playScenario(name, values) : playOnFleet(name, values);
}

/** Plays a scenario, and prints what it shows. */
async function playScenario(name: string, values: Values): Promise<boolean> {
  const report = await SCENARIOS[name]?.play(storeOf(values.store ?? "embedded"), folderOf(values));
  console.log(report?.text);
  return report?.findings !== 0;
}

/** Plays a fault of a fleet, prints what it shows, and answers whether anything is wrong. */
async function playOnFleet(name: string, values: Values): Promise<boolean> {
  const state = values.resume === undefined ? newFleet(name, values) : loadFleetState(values.resume);
  Deno.mkdirSync(state.folder, { recursive: true });
  console.log(`seed ${state.seed}; goes on with: ${name} --resume ${fleetStatePath(state.folder)}`);
  const reached = await playFault(state, Number(values.rounds), console.log);
  console.log(fleetReportText(reached));
  return reached.tally.findings.length > 0;
}

function newFleet(name: string, values: Values): FleetState {
  const fault = FAULTS[name];
  if (!fault) throw new Error(`Cannot play "${name}": it is none of crash, ${Object.keys(FAULTS).join(", ")}`);
  const store = storeOf(values.store ?? fault.stores[0]);
  if (!fault.stores.includes(store)) {
    throw new Error(`Cannot play "${name}" on ${store}: ${fault.stores.join(", ")} can`);
  }
  return newFleetState({ fault: name, store, seed: seedOf(values), folder: folderOf(values) });
}

function storeOf(text: string | undefined): StoreKind {
  const store = STORE_KINDS.find((kind) => kind === text);
  if (!store) throw new Error(`Cannot take store "${text}": it is none of ${STORE_KINDS.join(", ")}`);
  return store;
}

/** Plays rounds on one server, prints what they show, and answers whether anything is wrong. */
async function playCrash(values: Values): Promise<boolean> {
  const state = values.resume === undefined ? newCrash(values) : loadState(values.resume);
  await using campaign = new Campaign(state);
  console.log(`seed ${state.seed}, bell ${state.bell}; goes on with: --resume ${statePath(state.folder)}`);
  const last = state.round + Number(values.rounds);
  while (campaign.round < last) {
    const plan = planRound(state.seed, campaign.round);
    const down = plan.downMs > 0 ? `, down for ${plan.downMs} ms` : "";
    console.log(`round ${campaign.round + 1}/${last}: ${plan.kind}, killed after ${plan.killAfterMs} ms${down}`);
    await campaign.playRound(plan);
  }
  const report = await campaign.finish();
  console.log(reportText(report));
  return findingsOf(report).length > 0;
}

function newCrash(values: Values): CampaignState {
  const { bell } = values;
  if (bell !== "native" && bell !== "silent") throw new Error(`Cannot take bell "${bell}"`);
  return newCampaign({ seed: seedOf(values), bell, jobs: Number(values.jobs), folder: folderOf(values) });
}

function seedOf({ seed }: Values): number {
  return seed === undefined ? Math.floor(Math.random() * 1e6) : Number(seed);
}

function folderOf({ folder }: Values): string {
  return folder ?? Deno.makeTempDirSync({ prefix: "carillon-fault-" });
}
