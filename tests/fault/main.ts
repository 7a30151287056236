import { Argument, Command, Option } from "commander";
import { parseTask, wholeNumber } from "../support/task_command.ts";
import { fleetReportText } from "./fleet/fleet_report.ts";
import { type FleetState, fleetStatePath, loadFleetState, newFleetState } from "./fleet/fleet_state.ts";
import { STORE_KINDS, type StoreKind } from "./fleet/fleet_store.ts";
import { FAULTS } from "./fleet/faults.ts";
import { playFault } from "./fleet/play_fault.ts";
import { SCENARIOS } from "./fleet/scenarios.ts";
import { BELLS } from "./node_settings.ts";
import { Campaign } from "./single/campaign.ts";
import { type CampaignState, loadState, newCampaign, statePath } from "./single/campaign_state.ts";
import { findingsOf, reportText } from "./single/report_table.ts";
import { planRound } from "./single/round_plan.ts";

const NAMES = ["crash", ...Object.keys(FAULTS), ...Object.keys(SCENARIOS)];

const lines = [
  [
    "crash",
    "one server with its own agent is killed at its work, as it starts and as it catches up, in one long history",
  ],
  ...Object.entries(FAULTS).map(([name, { what, stores }]) => [name, `${what} (${stores.join(", ")})`]),
  ...Object.entries(SCENARIOS).map(([name, { what }]) => [name, `${what} (${STORE_KINDS.join(", ")}), once`]),
];

const command = new Command("deno task fault")
  .description("Harms a fleet again and again, and proves that no time was lost and none ran twice.")
  .addArgument(new Argument("[name]", "what happens").choices(NAMES).default("crash"))
  .addOption(new Option("--store <kind>", "the store of the fleet; not of crash").choices(STORE_KINDS))
  .option("--rounds <n>", "how often, with those of --resume", wholeNumber, 100)
  .option("--seed <n>", "the seed of all chances", wholeNumber)
  .option("--folder <path>", "where files go")
  .option("--resume <file>", "go on with what this file tells of")
  .addOption(new Option("--bell <kind>", "of crash: the bell of the server").choices(BELLS).default("native"))
  .option("--jobs <n>", "of crash: jobs of its history", wholeNumber, 100)
  .addHelpText(
    "after",
    `\nWhat happens:\n${lines.map(([name = "", what]) => `  ${name.padEnd(20)} ${what}`).join("\n")}`,
  );

interface Values {
  store?: StoreKind;
  rounds: number;
  seed?: number;
  bell: typeof BELLS[number];
  jobs: number;
  folder?: string;
  resume?: string;
}

if (import.meta.main) {
  const [name = "crash"] = parseTask(command).processedArgs;
  Deno.exit(await play(name, command.opts<Values>()) ? 1 : 0);
}

/** Plays what was asked for, and answers whether anything is wrong. */
function play(name: string, values: Values): Promise<boolean> {
  if (name === "crash") return playCrash(values);
  return name in SCENARIOS ? playScenario(name, values) : playOnFleet(name, values);
}

/** Plays a scenario, and prints what it shows. */
async function playScenario(name: string, values: Values): Promise<boolean> {
  const report = await SCENARIOS[name]?.play(values.store ?? "embedded", folderOf(values));
  console.log(report?.text);
  return report?.findings !== 0;
}

/** Plays a fault of a fleet, prints what it shows, and answers whether anything is wrong. */
async function playOnFleet(name: string, values: Values): Promise<boolean> {
  const state = values.resume === undefined ? newFleet(name, values) : loadFleetState(values.resume);
  Deno.mkdirSync(state.folder, { recursive: true });
  console.log(`seed ${state.seed}; goes on with: ${name} --resume ${fleetStatePath(state.folder)}`);
  const reached = await playFault(state, values.rounds, console.log);
  console.log(fleetReportText(reached));
  return reached.tally.findings.length > 0;
}

function newFleet(name: string, values: Values): FleetState {
  const stores = FAULTS[name]?.stores ?? [];
  const store = values.store ?? stores[0] ?? "embedded";
  if (!stores.includes(store)) command.error(`error: cannot play "${name}" on ${store}: ${stores.join(", ")} can`);
  return newFleetState({ fault: name, store, seed: seedOf(values), folder: folderOf(values) });
}

/** Plays rounds on one server, prints what they show, and answers whether anything is wrong. */
async function playCrash(values: Values): Promise<boolean> {
  const state = values.resume === undefined ? newCrash(values) : loadState(values.resume);
  await using campaign = new Campaign(state);
  console.log(`seed ${state.seed}, bell ${state.bell}; goes on with: --resume ${statePath(state.folder)}`);
  const last = state.round + values.rounds;
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
  return newCampaign({ seed: seedOf(values), bell: values.bell, jobs: values.jobs, folder: folderOf(values) });
}

function seedOf({ seed }: Values): number {
  return seed ?? Math.floor(Math.random() * 1e6);
}

function folderOf({ folder }: Values): string {
  return folder ?? Deno.makeTempDirSync({ prefix: "carillon-fault-" });
}
