import { crowdText, playCrowd } from "./crowd_scenario.ts";
import { cutsText, playCuts } from "./cut_scenario.ts";
import type { StoreKind } from "./fleet_store.ts";

/** What a scenario has shown, as text, and how much of it is wrong. */
export interface ScenarioReport {
  text: string;
  findings: number;
}

/** Something that happens once, with runs of its own. */
interface Scenario {
  /** In words, for `--help`. */
  what: string;
  play(store: StoreKind, folder: string): Promise<ScenarioReport>;
}

/** How long agents are cut off, in milliseconds. */
const CUTS_MS = [5_000, 30_000, 300_000];

/** Runs of each agent of a crowd. */
const CROWD = 500;

/** Every scenario, by name. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  cut: {
    what: "agents are cut off for 5 s, 30 s and 5 min, in two ways, with runs of each on_lost under way",
    async play(store, folder) {
      const verdicts = await playCuts(store, CUTS_MS, folder);
      return { text: cutsText(verdicts), findings: verdicts.flatMap(({ findings }) => findings).length };
    },
  },
  crowd: {
    what: `agents with ${CROWD} runs each are killed, restarted and cut off`,
    async play(store, folder) {
      const reports = await playCrowd(store, CROWD, folder);
      return { text: crowdText(reports), findings: reports.flatMap(({ findings }) => findings).length };
    },
  },
};
