import { parseArgs } from "node:util";
import { Campaign } from "./campaign.ts";
import { type CampaignState, loadState, newCampaign, statePath } from "./campaign_state.ts";
import { findingsOf, reportText } from "./report_table.ts";
import { planRound } from "./round_plan.ts";

const HELP = `Kills a server again and again in one long history, and proves that no time was lost and none ran twice.

  deno task fault [--rounds 100] [--seed N] [--bell native|silent] [--jobs 100] [--folder PATH]
  deno task fault --resume FILE [--rounds 100]     # goes on with an earlier history, for so many rounds more
`;

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      rounds: { type: "string", default: "100" },
      seed: { type: "string" },
      bell: { type: "string", default: "native" },
      jobs: { type: "string", default: "100" },
      folder: { type: "string" },
      resume: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) console.log(HELP);
  else {
    const state = values.resume === undefined ? newState(values) : loadState(values.resume);
    const failed = await play(state, Number(values.rounds));
    Deno.exit(failed ? 1 : 0);
  }
}

function newState(values: { seed?: string; bell: string; jobs: string; folder?: string }): CampaignState {
  if (values.bell !== "native" && values.bell !== "silent") throw new Error(`Cannot take bell "${values.bell}"`);
  return newCampaign({
    seed: values.seed === undefined ? Math.floor(Math.random() * 1e6) : Number(values.seed),
    bell: values.bell,
    jobs: Number(values.jobs),
    folder: values.folder ?? Deno.makeTempDirSync({ prefix: "carillon-fault-" }),
  });
}

/** Plays rounds, prints what they show, and answers whether anything is wrong. */
async function play(state: CampaignState, rounds: number): Promise<boolean> {
  await using campaign = new Campaign(state);
  console.log(`seed ${state.seed}, bell ${state.bell}; goes on with: --resume ${statePath(state.folder)}`);
  const last = state.round + rounds;
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
