import type { CampaignReport } from "./campaign.ts";
import { type Finding, FINDING_KINDS } from "./judge_job.ts";

/** Findings shown of each kind; there is more to see in the folder. */
const SHOWN = 10;

/** All that is wrong, whoever found it. */
export function findingsOf({ verdicts, survivors, integrity }: CampaignReport): Finding[] {
  return [
    ...verdicts.flatMap(({ findings }) => findings),
    ...survivors.map((text): Finding => ({ kind: "survivor", text })),
    ...(integrity.kind === "damaged" ? [{ kind: "wrong" as const, text: `integrity: ${integrity.text}` }] : []),
  ];
}

/** A report as lines of text: a table, then examples of what is wrong. */
export function reportText(report: CampaignReport): string {
  const { state, verdicts, integrity } = report;
  const findings = findingsOf(report);
  const sum = (of: "nominals" | "ran" | "lostWithNode" | "refused" | "retried") =>
    verdicts.reduce((total, verdict) => total + verdict[of], 0);
  const count = (kind: Finding["kind"]) => findings.filter((finding) => finding.kind === kind).length;
  const delayMs = Math.max(0, ...verdicts.map(({ longestDelayMs }) => longestDelayMs));
  const rows: [string, string | number][] = [
    ["seed", state.seed],
    ["bell", state.bell],
    ["jobs", state.jobs],
    ["rounds", state.round],
    ["nominal times", sum("nominals")],
    ["ran", sum("ran")],
    ["lost with their node", sum("lostWithNode")],
    ["tried again", sum("retried")],
    ["refused (in gaps)", sum("refused")],
    ["lost", count("lost")],
    ["doubled", count("doubled")],
    ["stuck", count("stuck")],
    ["survivors", count("survivor")],
    ["otherwise wrong", count("wrong")],
    ["longest delay", `${Math.round(delayMs)} ms after due, or after a server listened`],
    ["integrity", integrity.kind === "ok" ? "ok" : `${integrity.kind}: ${integrity.text}`],
    ["files", state.folder],
  ];
  const table = rows.map(([name, value]) => `${name.padEnd(22)} ${value}`);
  const examples = FINDING_KINDS.flatMap((kind) =>
    findings.filter((finding) => finding.kind === kind).slice(0, SHOWN).map(({ text }) => `${kind}: ${text}`)
  );
  return [...table, ...examples].join("\n");
}
