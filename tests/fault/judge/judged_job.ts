import type { Span } from "./span.ts";

/** What a job of a set is like, for those who judge its history. */
export interface JudgedJob {
  name: string;
  executor: "shell" | "http";
  /** Attempts after the first one that a lost run may have. */
  retries: number;
  /** Its runs may not overlap, and some of its times are refused for that. */
  gated: boolean;
  /** Which missed times run. */
  misfire: "all" | "last";
  body: Record<string, unknown>;
}

/** Where the jobs of a set leave their traces. */
export interface Traces {
  /** The file that shell jobs append to. */
  shellLog: string;
  sinkUrl: string;
  /** Value of FAULT_RUN in the environment of every process of a job. */
  mark: string;
}

/** Name of the variable that marks the processes of one run of the fault tests. */
export const MARK_NAME = "FAULT_RUN";

/** A job's body for one span of time. */
export function bodyFor(job: JudgedJob, { startsAt, expiresAt }: Span): Record<string, unknown> {
  const iso = (ms: number | null) => ms === null ? null : new Date(ms).toISOString();
  return { ...job.body, starts_at: iso(startsAt), expires_at: iso(expiresAt) };
}

/**
 * Configuration of a shell job that says `b`, does something (a command that ends with `;`, or nothing), and says `e`: each
 * with the machine's uptime in seconds and the execution. A shell's own built-ins, so that a run costs one process. Lines
 * this short reach a file opened for appending in one piece.
 */
export function tellingShell(does: string, { shellLog, mark }: Traces): Record<string, unknown> {
  const say = (letter: string) => `read -r t r </proc/uptime; echo "${letter} $t $CARILLON_EXECUTION" >>'${shellLog}';`;
  return { shell: true, command: `${say("b")} ${does} ${say("e")}`, env: { [MARK_NAME]: mark } };
}
