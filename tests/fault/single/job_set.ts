import { type JudgedJob, tellingShell, type Traces } from "../judge/judged_job.ts";

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
export function createJobSet(count: number, traces: Traces): JudgedJob[] {
  const half = Math.floor(count / 2);
  return Array.from({ length: count }, (_, i) => i < half ? shellJob(i, traces) : httpJob(i - half, traces));
}

function shellJob(i: number, traces: Traces): JudgedJob {
  const pause = i === LONG_JOB ? "sleep 6;" : SHELL_PAUSES[i % 10] ?? "";
  const concurrency = CONCURRENCY[i % 10] ?? "allow";
  return job(`shell-${String(i).padStart(3, "0")}`, i, "shell", tellingShell(pause, traces), concurrency);
}

function httpJob(i: number, { sinkUrl }: Traces): JudgedJob {
  const name = `http-${String(i).padStart(3, "0")}`;
  const url = `${sinkUrl}/${i % 5 === 0 || i % 10 === 2 ? "slow" : "fast"}/${name}`;
  return job(name, i, "http", { method: "GET", url }, "allow");
}

function job(
  name: string,
  i: number,
  executor: JudgedJob["executor"],
  config: Record<string, unknown>,
  concurrency: string,
): JudgedJob {
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
