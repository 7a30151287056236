import { equal } from "node:assert/strict";
import { Campaign } from "./campaign.ts";
import { newCampaign } from "./campaign_state.ts";
import { findingsOf, reportText } from "./report_table.ts";
import { planOf } from "./round_plan.ts";
import { seededRandom } from "../seeded_random.ts";

const PROMISE =
  "a server that is killed at its work, as it starts and as it catches up loses no time and runs none twice";

/** Three lives of a server. Outages so long that times are missed take `deno task fault`. */
async function crashThrice(bell: "native" | "silent"): Promise<void> {
  const folder = await Deno.makeTempDir();
  const seed = Math.floor(Math.random() * 1e6);
  const random = seededRandom(seed);
  await using campaign = new Campaign(newCampaign({ seed, bell, jobs: 100, folder }));
  await campaign.playRound(planOf("steady", random, false));
  await campaign.playRound(planOf("startup", random, false));
  await campaign.playRound(planOf("catch-up", random, false));
  const report = await campaign.finish();
  equal(findingsOf(report).length, 0, reportText(report));
  await Deno.remove(folder, { recursive: true });
}

Deno.test(`serve(): ${PROMISE}`, () => crashThrice("native"));

Deno.test(`serve() with every wake-up dropped: ${PROMISE}`, () => crashThrice("silent"));
