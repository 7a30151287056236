/** A job as it is sent, and how its runs went in the past. */
export interface LifelikeJob {
  name: string;
  definition: Record<string, unknown>;
  past: Past;
}

/** How a job's runs went in the past. */
export interface Past {
  /** Usual time that a run takes, in milliseconds. */
  tookMs: number;
  /** Of a thousand runs so many failed. */
  failures: number;
  /** So many of the last ones failed, one after the other. */
  failedLast?: number;
  /** So many of the last times were refused, as the run before them took too long. */
  refusedLast?: number;
  /** The newest one was lost with its node. */
  lostLast?: boolean;
  /** What a run said, and what one said that failed. */
  output: string;
  failure: string;
  /** Node that its runs were on. */
  node: string;
}

const AREAS = ["billing", "catalog", "crm", "mail", "media", "reports", "search", "shop", "stock", "web"] as const;

interface Kind {
  what: string;
  displayname: string;
  schedule: string;
  tookMs: number;
  output: string;
}

/** What each area has done for it; an area has a schedule of its own by `{m}`, a minute. */
const KINDS: readonly Kind[] = [
  kind("backup", "Backup", "0 {m} 2 * * *", 340_000, "dumped 1284 MB in 331 s\nuploaded to archive"),
  kind("cleanup", "Clean up old records", "0 {m} 4 * * *", 42_000, "removed 10418 rows older than 90 days"),
  kind("health", "Health check", "0 */15 * * * *", 180, "200 OK in 41 ms"),
  kind("import", "Import from partners", "0 {m} */2 * * *", 95_000, "read 42 files\n42318 rows in, 17 refused"),
  kind("export", "Export to partners", "0 {m} 6 * * *", 61_000, "wrote 3 files, 18 MB"),
  kind("sync", "Sync with the warehouse", "0 {m} * * * *", 21_000, "412 rows changed"),
  kind("reindex", "Rebuild the index", "0 {m} 1 * * 0", 1_240_000, "indexed 1.2 M documents"),
  kind("report-daily", "Daily report", "0 {m} 7 * * *", 31_000, "sent to 12 people"),
  kind("report-weekly", "Weekly report", "0 {m} 8 * * 1", 88_000, "sent to 31 people"),
  kind("report-monthly", "Monthly report", "0 {m} 8 1 * *", 160_000, "sent to 31 people"),
  kind("rotate-logs", "Rotate logs", "0 {m} 0 * * *", 2_100, "rotated 8 files"),
  kind("rotate-keys", "Rotate keys", "0 {m} 3 1 * *", 6_000, "2 keys are new"),
  kind("cache-warm", "Warm the cache", "0 {m} 5 * * *", 75_000, "8000 pages fetched"),
  kind("cert-check", "Certificate check", "0 {m} 9 * * *", 900, "14 certificates, the first ends in 23 days"),
  kind("metrics", "Collect metrics", "0 */30 * * * *", 3_000, "wrote 212 points"),
  kind("archive", "Archive", "0 {m} 3 * * 6", 480_000, "moved 12 GB"),
  kind("dedupe", "Find duplicates", "0 {m} 2 * * 0", 310_000, "318 pairs found"),
  kind("quota", "Quota check", "0 {m} */6 * * *", 4_000, "all below 80 %"),
  kind("notify", "Send reminders", "0 {m} 10 * * 1-5", 12_000, "214 reminders sent"),
];

function kind(what: string, displayname: string, schedule: string, tookMs: number, output: string): Kind {
  return { what, displayname, schedule, tookMs, output };
}

/** Tags of the nodes that runs of an area go to. */
const ROLES: Readonly<Record<string, string>> = { media: "worker", search: "worker", web: "web", shop: "web" };

function ordinary(): LifelikeJob[] {
  return AREAS.flatMap((area, a) =>
    KINDS.map(({ what, displayname, schedule, tookMs, output }, k) => {
      const role = ROLES[area] ?? "db";
      return {
        name: `${area}-${what}`,
        definition: {
          displayname: `${displayname} (${area})`,
          schedule: schedule.replace("{m}", String((a * 7 + k * 3) % 60)),
          timezone: "Europe/Berlin",
          owner: `team-${area}`,
          metadata: { team: area, tier: k % 3 === 0 ? "gold" : "silver" },
          tags: { role },
          target: "one",
          concurrency: "forbid",
          executor: "shell",
          executor_config: { shell: true, command: `echo "${output.replaceAll("\n", "; ")}"` },
          disabled: area === "stock" && k > 15,
        },
        past: {
          tookMs: tookMs * (1 + a / 20),
          failures: [0, 0, 4, 12, 30][(a + k) % 5] ?? 0,
          output,
          failure: `error: cannot reach ${area}.example: connection refused`,
          node: `${role}-${1 + (a + k) % 2}`,
        },
      };
    })
  );
}

const COLOURS = String.raw`printf '\033[1;34mtranscode\033[0m 48 files, preset \033[33mhd\033[0m\n'; i=0; ` +
  String.raw`while [ $i -lt 600 ]; do i=$((i+1)); ` +
  String.raw`printf 'frame %6d  \033[32mok\033[0m  q=28.0 size=%7d kB\n' $((i*24)) $((i*311)); sleep 1; done`;

const LOST = { failures: 0, output: "", failure: "" };

/** Jobs that have something to tell. */
function special(): LifelikeJob[] {
  const shell = (command: string, more: Record<string, unknown> = {}) => ({
    schedule: "@manually",
    executor: "shell",
    executor_config: { shell: true, command },
    target: "one",
    tags: { role: "worker" },
    ...more,
  });
  return [
    {
      name: "postgres-backup",
      definition: shell("pg_dump shop | gzip > /backup/shop.sql.gz", {
        displayname: "Backup of the shop's database",
        schedule: "0 30 * * * *",
        owner: "team-data",
        retry: { attempts: 2, delay: "5m" },
      }),
      past: {
        tookMs: 252_000,
        failures: 0,
        failedLast: 4,
        output: "dumped 8123 MB in 249 s",
        failure: "pg_dump: connecting to db-1.example\n\u001b[31mpg_dump: error: no space left on device\u001b[0m\n" +
          "gzip: stdout: No space left on device",
        node: "worker-1",
      },
    },
    {
      name: "media-transcode-nightly",
      definition: shell("transcode --nightly", { displayname: "Transcode uploads", schedule: "0 15 * * * *" }),
      past: { ...LOST, tookMs: 1_900_000, lostLast: true, output: "48 files", node: "worker-3" },
    },
    {
      name: "media-transcode-live",
      definition: shell(COLOURS, { displayname: "Transcode now", timeout: "20m" }),
      past: { ...LOST, tookMs: 600_000, node: "worker-1" },
    },
    {
      name: "search-crawl",
      definition: shell("i=0; while [ $i -lt 900 ]; do i=$((i+1)); echo page $i; sleep 1; done", {
        displayname: "Crawl the shop",
        schedule: "0 * * * * *",
        concurrency: "forbid",
      }),
      past: { tookMs: 41_000, failures: 0, output: "3127 pages", failure: "", node: "worker-2", refusedLast: 12 },
    },
    {
      name: "ml-train",
      definition: shell("train --epochs 40", {
        displayname: "Train the recommender",
        tags: { gpu: "a100" },
        start_deadline: "12h",
      }),
      past: { ...LOST, tookMs: 5_400_000, node: "worker-1" },
    },
    ...["extract", "transform", "load", "report", "alert"].map((step, i, steps): LifelikeJob => ({
      name: `etl-${step}`,
      definition: shell(`/opt/etl/${step}`, {
        displayname: `ETL: ${step}`,
        ...(i === 0 ? { schedule: "0 0 * * * *" } : {
          schedule: "",
          parent_job: `etl-${step === "alert" ? "load" : steps[i - 1]}`,
        }),
      }),
      past: {
        tookMs: 64_000 * (i + 1),
        failures: 8,
        output: `${step}: done`,
        failure: `${step}: failed`,
        node: "worker-2",
      },
    })),
  ];
}

/** Two hundred jobs, most of them ordinary. */
export const LIFELIKE_JOBS: readonly LifelikeJob[] = [...special(), ...ordinary()];
