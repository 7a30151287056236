import type { Finding } from "../judge/judge_job.ts";
import { tableText, tallyOf, tallyRows } from "../judge/tally.ts";
import type { CampaignReport } from "./campaign.ts";

/** All that is wrong, whoever found it. */
export function findingsOf({ verdicts, survivors, integrity }: CampaignReport): Finding[] {
  return [
    ...tallyOf(verdicts, survivors).findings,
    ...(integrity.kind === "damaged" ? [{ kind: "wrong" as const, text: `integrity: ${integrity.text}` }] : []),
  ];
}

/** A report as lines of text: a table, then examples of what is wrong. */
export function reportText(report: CampaignReport): string {
  const { state, verdicts, survivors, integrity } = report;
  const tally = { ...tallyOf(verdicts, survivors), findings: findingsOf(report) };
  return tableText([
    ["seed", state.seed],
    ["bell", state.bell],
    ["jobs", state.jobs],
    ["rounds", state.round],
    ...tallyRows(tally),
    ["longest delay", `${Math.round(longestDelayMs(report))} ms after due, or after a server listened`],
    ["integrity", integrity.kind === "ok" ? "ok" : `${integrity.kind}: ${integrity.text}`],
    ["files", state.folder],
  ], tally.findings);
}

/** From a time, or from when a server was there to start it if that was later, to the start. Milliseconds. */
function longestDelayMs({ state: { listeningAt }, verdicts }: CampaignReport): number {
  const delays = verdicts.flatMap(({ starts }) => starts).map(({ dueAt, startedAt }) => {
    const server = listeningAt.findLast((ms) => ms <= startedAt) ?? 0;
    return startedAt - Math.max(dueAt, server);
  });
  return delays.reduce((longest, ms) => Math.max(longest, ms), 0);
}
