import { type Finding, FINDING_KINDS, type JobVerdict } from "./judge_job.ts";

/** Findings shown of each kind; there is more to see in the folder. */
const SHOWN = 10;

/** What verdicts come to, with all that is wrong, whoever found it. */
export interface Tally {
  nominals: number;
  ran: number;
  lostWithNode: number;
  retried: number;
  refused: number;
  findings: Finding[];
}

/** Sums up verdicts; survivors are processes that should have been gone, in words. */
export function tallyOf(verdicts: readonly JobVerdict[], survivors: readonly string[]): Tally {
  const sum = (of: "nominals" | "ran" | "lostWithNode" | "refused" | "retried") =>
    verdicts.reduce((total, verdict) => total + verdict[of], 0);
  return {
    nominals: sum("nominals"),
    ran: sum("ran"),
    lostWithNode: sum("lostWithNode"),
    retried: sum("retried"),
    refused: sum("refused"),
    findings: [
      ...verdicts.flatMap(({ findings }) => findings),
      ...survivors.map((text): Finding => ({ kind: "survivor", text })),
    ],
  };
}

/** The rows of a tally. */
export function tallyRows({ findings, ...counts }: Tally): [string, number][] {
  const count = (kind: Finding["kind"]) => findings.filter((finding) => finding.kind === kind).length;
  return [
    ["nominal times", counts.nominals],
    ["ran", counts.ran],
    ["lost with their node", counts.lostWithNode],
    ["tried again", counts.retried],
    ["refused (in gaps)", counts.refused],
    ["lost", count("lost")],
    ["doubled", count("doubled")],
    ["stuck", count("stuck")],
    ["survivors", count("survivor")],
    ["otherwise wrong", count("wrong")],
  ];
}

/** Rows as a table, and examples of what is wrong. */
export function tableText(rows: readonly (readonly [string, string | number])[], findings: readonly Finding[]): string {
  const table = rows.map(([name, value]) => `${name.padEnd(22)} ${value}`);
  const examples = FINDING_KINDS.flatMap((kind) =>
    findings.filter((finding) => finding.kind === kind).slice(0, SHOWN).map(({ text }) => `${kind}: ${text}`)
  );
  return [...table, ...examples].join("\n");
}
