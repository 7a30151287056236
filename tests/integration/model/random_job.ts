import type { JobDefinition } from "../../../src/model/mod.ts";
import type { Prng } from "./prng.ts";

/** Names that jobs of a model have: few, so that they are edited, deleted and made again. */
export const NAMES = ["a", "b", "c", "d", "e", "f", "g", "h"] as const;

/** A definition that does nothing special. */
export function plainJob(name: string): JobDefinition {
  return {
    name,
    displayName: "",
    schedule: "@every 10s",
    timezone: "",
    owner: "",
    ownerEmail: "",
    disabled: false,
    tags: { role: "web:1" },
    target: "all",
    metadata: null,
    parentJob: "",
    dependsOn: [],
    join: "all",
    processors: {},
    concurrency: "allow",
    concurrencyKey: null,
    maxConcurrent: null,
    queueLimit: null,
    executor: "shell",
    executorConfig: {},
    ephemeral: false,
    startsAt: null,
    expiresAt: null,
    timeoutMs: null,
    graceMs: 1_000,
    retry: {
      attempts: 0,
      delayMs: 1_000,
      factor: 2,
      maxDelayMs: 5_000,
      jitter: 0,
      on: ["failed", "timed_out"],
      exitCodes: null,
      otherNode: false,
    },
    misfire: { policy: "last", windowMs: 3_600_000, max: 100 },
    startDeadlineMs: 60_000,
    jitterMs: 0,
    priority: 4,
    lostAfterMs: 20_000,
    onLost: null,
    retentionCount: 5,
  };
}

/** A new job of this name. */
export function randomJob(random: Prng, name: string, nowMs: number): JobDefinition {
  let job = plainJob(name);
  for (let edits = 3 + random.int(6); edits > 0; edits--) job = randomEdit(random, job, nowMs);
  return { ...job, ephemeral: random.chance(0.05) };
}

/** The same job with one thing changed. */
export function randomEdit(random: Prng, job: JobDefinition, nowMs: number): JobDefinition {
  const edit = random.weighted(EDITS);
  return edit ? { ...job, ...edit.change(random, job, nowMs) } : job;
}

type Edit = (random: Prng, job: JobDefinition, nowMs: number) => Partial<JobDefinition>;

const EDITS: readonly { weight: number; change: Edit }[] = [
  { weight: 4, change: (random, _, nowMs) => ({ schedule: randomSchedule(random, nowMs) }) },
  { weight: 5, change: (random) => ({ concurrency: random.one("allow", "forbid", "queue", "replace") }) },
  { weight: 1, change: (random) => ({ concurrencyKey: random.one(null, null, "shared") }) },
  { weight: 1, change: (random) => ({ maxConcurrent: random.one(null, null, 1, 2) }) },
  { weight: 1, change: (random) => ({ queueLimit: random.one(null, 1, 3) }) },
  {
    weight: 3,
    change: (random) => ({
      misfire: {
        policy: random.one("skip", "last", "all"),
        windowMs: random.one(15_000, 40_000, 3_600_000),
        max: random.one(1, 3, 100),
      },
    }),
  },
  {
    weight: 3,
    change: (random, { retry }) => ({ retry: { ...retry, attempts: random.int(3), jitter: random.one(0, 0.5) } }),
  },
  {
    weight: 2,
    change: (random) => ({ tags: random.one(null, { role: "web" }, { role: "web:1" }, { role: "web:2" }) }),
  },
  { weight: 1, change: (random) => ({ jitterMs: random.one(0, 0, 700, 3_000) }) },
  { weight: 1, change: (random, _, nowMs) => ({ startsAt: random.one(null, null, nowMs + random.int(20_000)) }) },
  { weight: 1, change: (random, _, nowMs) => ({ expiresAt: random.one(null, null, nowMs + random.int(60_000)) }) },
  { weight: 1, change: (random) => ({ onLost: random.one(null, null, "fail", "retry", "wait") }) },
  { weight: 1, change: (random) => ({ startDeadlineMs: random.one(3_000, 60_000), priority: random.int(9) }) },
  { weight: 3, change: (random, { name }) => ({ parentJob: randomParent(random, name) }) },
  { weight: 2, change: (random, { name }) => randomParents(random, name) },
];

function randomSchedule(random: Prng, nowMs: number): string {
  const at = new Date(nowMs + random.int(20_000) - 5_000).toISOString();
  return random.one<string>(
    "* * * * * *",
    "*/3 * * * * *",
    "*/5 * * * * *",
    "*/20 * * * * *",
    "@every 2s",
    "@every 7s",
    "@every 13s",
    "@after_end 4s",
    "@manually",
    `@at ${at}`,
  );
}

/** Half of the names are children at times; only jobs of earlier names are parents, so that most edges close no circle. */
function randomParent(random: Prng, name: string): string {
  const earlier = NAMES.filter((other) => other < name);
  return name >= "e" && random.chance(0.7) ? random.pick(earlier) ?? "" : "";
}

function randomParents(random: Prng, name: string): Partial<JobDefinition> {
  if (name < "e" || random.chance(0.5)) return { dependsOn: [] };
  const names = new Set([randomParent(random, name), randomParent(random, name)]);
  names.delete("");
  const on = random.one("success", "failure", "always");
  return { dependsOn: [...names].map((job) => ({ job, on })), parentJob: "", join: random.one("all", "any") };
}
