import type { Span } from "./campaign_state.ts";

/** What a job of the set is like, for those who judge its history. */
export interface FaultJob {
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

const RETRIES = 5;

/** What stands between a shell job's two lines, by the last digit of its number; the odd ones out. */
const SHELL_PAUSES: Readonly<Record<number, string>> = {
  0: "sleep 2;",
  2: "sleep 0.7;",
  3: "sleep 1.2;",
};

/**
 * Runs of these may not overlap. Those that take longer than a second must not run all that they missed: they would be
 * behind for ever. Those that wait for their turn take no time worth telling.
 */
const CONCURRENCY: Readonly<Record<number, string>> = { 3: "forbid", 4: "queue" };

/** The longest-running of all: where the others are gone by themselves, it has to be killed. */
const LONG_JOB = 5;

/** So many jobs, each due every second: the first half shell, the other half http. */
export function createJobSet(count: number, traces: Traces): FaultJob[] {
  const half = Math.floor(count / 2);
  return Array.from({ length: count }, (_, i) => i < half ? shellJob(i, traces) : httpJob(i - half, traces));
}

/** A job's body for one span of time. */
export function bodyFor(job: FaultJob, { startsAt, expiresAt }: Span): Record<string, unknown> {
  const iso = (ms: number | null) => ms === null ? null : new Date(ms).toISOString();
  return { ...job.body, starts_at: iso(startsAt), expires_at: iso(expiresAt) };
}

/**
 * Each run says `b` and `e` with the machine's uptime in seconds and its execution: a shell's own built-ins, so that a
 * run costs one process. Lines this short reach a file opened for appending in one piece.
 */
function shellJob(i: number, { shellLog, mark }: Traces): FaultJob {
  const say = (letter: string) => `read -r t r </proc/uptime; echo "${letter} $t $CARILLON_EXECUTION" >>'${shellLog}';`;
  const pause = i === LONG_JOB ? "sleep 6;" : SHELL_PAUSES[i % 10] ?? "";
  const concurrency = CONCURRENCY[i % 10] ?? "allow";
  const config = { shell: true, command: `${say("b")} ${pause} ${say("e")}`, env: { [MARK_NAME]: mark } };
  return job(`shell-${String(i).padStart(3, "0")}`, i, "shell", config, concurrency);
}

function httpJob(i: number, { sinkUrl }: Traces): FaultJob {
  const name = `http-${String(i).padStart(3, "0")}`;
  const url = `${sinkUrl}/${i % 5 === 0 || i % 10 === 2 ? "slow" : "fast"}/${name}`;
  return job(name, i, "http", { method: "GET", url }, "allow");
}

function job(
  name: string,
  i: number,
  executor: FaultJob["executor"],
  config: Record<string, unknown>,
  concurrency: string,
): FaultJob {
  const misfire = i % 10 === 1 || concurrency === "forbid" ? "last" : "all";
  const retries = i % 10 === 2 ? RETRIES : 0;
  return {
    name,
    executor,
    retries,
    gated: concurrency !== "allow",
    misfire,
    body: {
      name,
      schedule: "* * * * * *",
      executor,
      executor_config: config,
      concurrency,
      misfire: { policy: misfire, window: "1h", max: 100 },
      retention: { count: 10_000 },
      ...(retries > 0 ? { retry: { attempts: retries, delay: "1s" }, on_lost: "retry" } : {}),
    },
  };
}
