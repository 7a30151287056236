import type { Node } from "../../../src/model/mod.ts";
import { systemRandom } from "../../../src/runtime/mod.ts";
import { SecretKeys } from "../../../src/secret/mod.ts";
import {
  covered,
  endedKey,
  executionKey,
  gapKey,
  jobKey,
  jobTable,
  nodeKey,
  putEnded,
  putExecution,
  putGap,
  putJob,
  putNode,
  putRevision,
  putStat,
  revisionKey,
  revisionTable,
  statKey,
  StoreChange,
} from "../../../src/store/mod.ts";
import { seededRandom } from "../../fault/seeded_random.ts";
import type { Carillon, CarillonOptions } from "../../support/carillon.ts";
import { historyOf, PAST_MS } from "./history.ts";
import { LIFELIKE_JOBS, type LifelikeJob } from "./jobs.ts";

const HOUR_MS = 3_600_000, DAY_MS = 24 * HOUR_MS;

/** Records written in one commit. */
const AT_ONCE = 50;

const NODES = ["web-1", "web-2", "db-1", "db-2", "worker-1", "worker-2"];

/** What a server is started with whose data are lifelike. */
export async function lifelikeOptions(): Promise<CarillonOptions> {
  return {
    asksTokens: true,
    timezone: "Europe/Berlin",
    slots: 4,
    tags: { role: "control" },
    moreNodes: NODES.map((name) => ({
      name,
      slots: 8,
      tags: { role: name.replace(/-\d+/, ""), region: "eu-central" },
    })),
    secretKeys: await SecretKeys.read(systemRandom.bytes(32).toBase64(), "the test"),
  };
}

/** Jobs, a week in which they ran, and what goes on now; answers the token of an admin named ada. */
export async function fillLifelike(carillon: Carillon): Promise<string> {
  const { server } = carillon;
  const root = { by: "cluster", from: "127.0.0.1" };
  const ada = await server.tokens.create({ name: "ada", role: "admin", scope: null, expiresAt: null }, root);
  const call = as(carillon, ada);
  for (const { definition, name } of LIFELIKE_JOBS) await call("POST", "/v1/jobs", { name, ...definition });
  await writePast(carillon);
  await call("PUT", "/v1/secrets/smtp-password", { value: "correct horse", jobs: ["mail-*"] });
  await call("PUT", "/v1/secrets/partner-api-key", { value: "battery staple" });
  await server.people.users.put("grace", { role: "operator", scope: null, password: "correct horse" }, root);
  const scope = { jobs: ["mail-*", "crm-*"], metadata: {} };
  for (const [name, role] of [["ci-deploy", "editor"], ["wall-screen", "viewer"], ["mail-team", "operator"]] as const) {
    const expiresAt = role === "viewer" ? Date.now() + 30 * DAY_MS : null;
    await server.tokens.create({ name, role, scope: name === "mail-team" ? scope : null, expiresAt }, root);
  }
  await call("POST", "/v1/jobs/crm-sync/pause", { policy: "last", note: "The partner moves its API until Friday" });
  await call("POST", "/v1/jobs", {
    ...named("postgres-backup").definition,
    name: "postgres-backup",
    executor_config: { shell: true, command: "pg_dump --jobs 4 shop | zstd > /backup/shop.sql.zst" },
  });
  for (const name of ["media-transcode-live", "search-crawl", "ml-train"]) {
    await call("POST", `/v1/jobs/${name}/run?force=true`);
  }
  return ada;
}

function named(wanted: string): LifelikeJob {
  const job = LIFELIKE_JOBS.find(({ name }) => name === wanted);
  if (job === undefined) throw new Error(`There is no job "${wanted}"`);
  return job;
}

function as({ request }: Carillon, token: string) {
  return async (method: string, path: string, body?: unknown) => {
    const answer = await request(path, {
      method,
      headers: { authorization: `Bearer ${token}` },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  };
}

/** A week in which the jobs have run, written as a server would have done it. */
async function writePast({ server: { store } }: Carillon): Promise<void> {
  const nowMs = Date.now();
  const random = seededRandom(7);
  const hours = new Map<number, { success: number; failed: number }>();
  for (const { name, past } of LIFELIKE_JOBS) {
    const entry = await store.get(jobTable, jobKey(name));
    if (entry.value === null) throw new Error(`There is no job "${name}"`);
    const job = { ...entry.value, createdAt: nowMs - PAST_MS, updatedAt: nowMs - PAST_MS };
    const revision = await store.get(revisionTable, revisionKey(job.uid, 1));
    const { executions, stat, gap } = historyOf(job, past, nowMs, random);
    const change = new StoreChange();
    putJob(change, entry, job);
    putRevision(change, revision, { definition: job.definition, createdAt: nowMs - PAST_MS });
    putStat(change, covered(statKey(job.uid)), stat);
    if (gap !== null) putGap(change, covered(gapKey(job.uid, gap.from)), gap);
    await store.commit(change);
    for (let from = 0; from < executions.length; from += AT_ONCE) {
      const runs = new StoreChange();
      for (const run of executions.slice(from, from + AT_ONCE)) {
        putExecution(runs, covered(executionKey(job.uid, run.id)), run);
      }
      await store.commit(runs);
    }
    for (const { finishedAt, state } of executions) {
      const hour = Math.floor(finishedAt / HOUR_MS) * HOUR_MS;
      const { success, failed } = hours.get(hour) ?? { success: 0, failed: 0 };
      const good = state === "success";
      hours.set(hour, { success: success + (good ? 1 : 0), failed: failed + (good ? 0 : 1) });
    }
  }
  const change = new StoreChange();
  for (const [hour, counts] of hours) putEnded(change, covered(endedKey(hour, "past")), counts);
  putNode(change, covered(nodeKey(SILENT.name)), { ...SILENT, silentSince: nowMs - 2 * HOUR_MS });
  await store.commit(change);
}

/** A node that runs were lost with. */
const SILENT: Node = {
  name: "worker-3",
  id: "worker-3",
  incarnation: "past",
  tags: { role: "worker", region: "eu-west" },
  slots: 8,
  executors: ["shell", "http"],
  version: "0.0.0-test",
  address: "10.0.4.23",
  registeredAt: Date.now() - 3 * DAY_MS,
  server: false,
  left: false,
  draining: null,
};
