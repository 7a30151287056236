import { type JudgedJob, tellingShell, type Traces } from "../judge/judged_job.ts";

/** What a job does, and what it asks for. */
interface Kind {
  /** A shell command that ends with `;`, or the pace at which the sink answers. */
  does: string;
  executor: JudgedJob["executor"];
  misfire?: JudgedJob["misfire"];
  retries?: number;
  fields: Record<string, unknown>;
}

/** As short as it may be: an agent that is to stop its own runs needs the time. */
const LOST_AFTER = "16s";

const retry = { retry: { attempts: 5, delay: "1s" }, on_lost: "retry", lost_after: LOST_AFTER, grace: "1s" };

/** Every way that matters when nodes die: what a lost run comes to, what may not overlap, what takes long. */
const KINDS: Readonly<Record<string, Kind>> = {
  quick: { does: "", executor: "shell", fields: {} },
  retried: { does: "sleep 0.7;", executor: "shell", retries: 5, fields: retry },
  failing: { does: "sleep 3;", executor: "shell", fields: { on_lost: "fail", lost_after: LOST_AFTER, grace: "1s" } },
  long: { does: "sleep 6;", executor: "shell", fields: {} },
  // Slower than its schedule: it must not run all that it missed, or it would be behind for ever.
  forbid: { does: "sleep 1.2;", executor: "shell", misfire: "last", fields: { concurrency: "forbid" } },
  queue: { does: "", executor: "shell", fields: { concurrency: "queue" } },
  shared: { does: "", executor: "shell", fields: { concurrency: "queue", concurrency_key: "shared" } },
  http: { does: "fast", executor: "http", fields: {} },
  slow: { does: "slow", executor: "http", fields: {} },
  resent: { does: "slow", executor: "http", retries: 5, fields: retry },
};

/** Jobs of every kind, so many of each, all due every second; without those that call the sink where it is not wanted. */
export function createFleetJobs(ofEach: number, traces: Traces, withHttp: boolean): JudgedJob[] {
  const kinds = Object.entries(KINDS).filter(([, { executor }]) => withHttp || executor === "shell");
  return kinds.flatMap(([kind, what]) =>
    Array.from({ length: ofEach }, (_, i) => createJob(`${kind}-${i}`, what, traces))
  );
}

function createJob(
  name: string,
  { does, executor, misfire = "all", retries = 0, fields }: Kind,
  traces: Traces,
): JudgedJob {
  const http = { method: "GET", url: `${traces.sinkUrl}/${does}/${name}` };
  return {
    name,
    executor,
    retries,
    gated: "concurrency" in fields,
    misfire,
    body: {
      name,
      schedule: "* * * * * *",
      target: "one",
      executor,
      executor_config: executor === "http" ? http : tellingShell(does, traces),
      misfire: { policy: misfire, window: "2h", max: 1_000 },
      retention: { count: 10_000 },
      ...fields,
    },
  };
}
