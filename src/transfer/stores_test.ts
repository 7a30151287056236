import { AuditTrail } from "../audit/mod.ts";
import { TESTER } from "../../tests/support/tester.ts";
import { randomJob } from "../../tests/integration/model/random_job.ts";
import { Prng } from "../../tests/integration/model/prng.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { Jobs } from "../job/mod.ts";
import { Change, Committer, encodeKey, type Engine, GroupCommitter, type KvKey } from "../kv/mod.ts";
import {
  countGroup,
  emptyStat,
  type EndedState,
  type Execution,
  executionId,
  type Group,
  type Job,
  loneGroup,
  noOutput,
  scheduledGroupId,
} from "../model/mod.ts";
import { CarillonError, silentLog, systemRandom } from "../runtime/mod.ts";
import {
  Catalogue,
  claimSchema,
  endedKey,
  endedTable,
  executionKey,
  executionTable,
  gapKey,
  gapTable,
  Graph,
  groupKey,
  groupTable,
  jobPrefix,
  jobTable,
  OpenExecutions,
  outputKey,
  queueKey,
  queueTable,
  runningKey,
  runningTable,
  statKey,
  statTable,
  Store,
} from "../store/mod.ts";
import { Backup } from "./backup.ts";
import { backupText, readBackup } from "./backup_file.ts";
import { restoreBackup } from "./restore.ts";

/** When the stores of these tests are filled, epoch milliseconds. */
export const NOW = Date.UTC(2026, 0, 1, 12);

/** What copies, backups and restores work with, on an engine. */
export function depsOf(engine: Engine, nowMs = NOW) {
  return { engine, clock: new FakeClock(nowMs), random: systemRandom, log: silentLog };
}

/** A store whose jobs and history are random but for their seed; with `open`, some runs are not over. */
export async function fillStore(engine: Engine, how: { seed: number; jobs: number; open: boolean }): Promise<void> {
  const prng = new Prng(how.seed);
  const deps = depsOf(engine);
  const committer = new GroupCommitter({
    committer: new Committer({ ...deps, incarnation: "test" }),
    profile: engine.profile,
  });
  const store = new Store({ engine, committer, log: silentLog });
  await claimSchema(store, systemRandom);
  const catalogue = new Catalogue(store);
  const jobs = new Jobs({
    ...deps,
    store,
    catalogue,
    graph: new Graph(store),
    open: new OpenExecutions(store),
    audit: new AuditTrail({ ...deps, store }),
    defaultTimezone: "Europe/Berlin",
    defaultTarget: "all",
  });
  for (let n = 0; n < how.jobs; n++) {
    const definition = { ...randomJob(prng, `job${n}`, NOW), name: `job${n}` };
    const parents = n === 0
      ? []
      : definition.dependsOn.slice(0, 1).map((edge) => ({ ...edge, job: `job${prng.int(n)}` }));
    const put = await jobs.put(
      { ...definition, parentJob: "", dependsOn: parents },
      { ifMatch: null, restore: false },
      TESTER,
    )
      .catch(unlessInvalid);
    if (put === null) continue;
    if (prng.chance(0.2)) await jobs.pause(`job${n}`, { policy: "all", note: "later" }, TESTER);
    await addHistory(engine, put.job, prng, how.open);
  }
  await write(engine, endedKey(NOW, "n1"), endedTable.encode({ success: 3, failed: 1 }));
}

/** Random definitions may be refused, as a schedule that lies in the past is. */
function unlessInvalid(thrown: unknown): null {
  if (thrown instanceof CarillonError && thrown.code !== "internal") return null;
  throw thrown;
}

async function addHistory(engine: Engine, job: Job, prng: Prng, open: boolean): Promise<void> {
  let stat = emptyStat;
  const states: EndedState[] = ["success", "failed", "skipped", "lost"];
  for (let n = prng.int(6); n > 0; n--) {
    const state = states[prng.int(states.length)] ?? "success";
    const execution = endedRun(job, NOW - n * 60_000, state, prng.chance(0.5));
    const { uid, id } = execution;
    await write(engine, executionKey(uid, id), executionTable.encode(execution));
    if (!execution.lone) {
      const group: Group = { ...loneGroup(execution), state: "ended", endedAt: NOW, outcome: "success" };
      await write(engine, groupKey(uid, group.id), groupTable.encode(group));
    }
    if (execution.state !== "skipped") {
      await write(engine, outputKey(id, 0), systemRandom.bytes(9 + prng.int(60_000)));
      await write(engine, outputKey(id, 1), systemRandom.bytes(9));
    }
    stat = countGroup(stat, state === "success" ? "success" : "failed", NOW - n);
  }
  const gap = { from: NOW - 900_000, to: NOW - 800_000, count: 5, reason: "overlap" };
  await write(engine, gapKey(job.uid, gap.from), gapTable.encode(gap));
  await write(engine, statKey(job.uid), statTable.encode(stat));
  if (open) await addOpenRuns(engine, job);
}

/** One run that waits, one that a node has. */
async function addOpenRuns(engine: Engine, job: Job): Promise<void> {
  const { lone: _, ...waiting } = identity(job, NOW - 2_000, false);
  const queued = { ...waiting, lone: true, state: "queued" as const, readyAt: NOW };
  await write(engine, queueKey(queued.selector, queued.lane, NOW, queued.id), queueTable.encode(queued));
  const running = {
    ...identity(job, NOW - 1_000, false),
    state: "running" as const,
    node: "n1",
    incarnation: "i1",
    claimedAt: NOW,
    startedAt: NOW,
    cancel: null,
  };
  await write(engine, groupKey(job.uid, running.group), groupTable.encode(loneGroup(running)));
  await write(engine, runningKey("n1", "i1", running.id), runningTable.encode(running));
  await write(engine, outputKey(running.id, 0), systemRandom.bytes(20));
}

function identity(job: Job, dueAt: number, lone: boolean) {
  const group = scheduledGroupId(job.uid, dueAt);
  return {
    id: executionId(group, 0, 1),
    uid: job.uid,
    jobName: job.definition.name,
    revision: job.revision,
    group,
    target: 0,
    attempt: 1,
    trigger: "schedule" as const,
    dueAt,
    requestedBy: null,
    groupCreatedAt: dueAt,
    queuedAt: dueAt,
    selector: "s",
    lane: 4,
    startDeadlineMs: 1000,
    lone,
  };
}

function endedRun(job: Job, dueAt: number, state: EndedState, lone: boolean): Execution {
  return {
    ...identity(job, dueAt, lone),
    state,
    node: "n1",
    incarnation: "i0",
    startedAt: dueAt,
    finishedAt: dueAt + 5,
    exitCode: 0,
    reason: null,
    cancel: null,
    output: { ...noOutput, sizeBytes: 50 },
    holdsPlace: false,
    late: null,
  };
}

/** Writes bytes as they are. */
export async function write(engine: Engine, key: KvKey, value: Uint8Array | null): Promise<void> {
  const atomic = engine.kv.atomic();
  if (value === null) atomic.delete(key);
  else atomic.set(key, value);
  await atomic.commit();
}

/** Every record of a store by its encoded key; `without` leaves kinds out. */
export async function recordsOf(engine: Engine, without: readonly string[] = []): Promise<Map<string, string>> {
  const records = new Map<string, string>();
  for await (const { key, value } of engine.kv.list({ prefix: [] }, { batchSize: 500 })) {
    if (!without.includes(String(key[0]))) records.set(`${key.join("/")} ${encodeKey(key).length}`, value.toBase64());
  }
  return records;
}

/** All jobs of a store. */
export async function jobsOf(engine: Engine): Promise<Job[]> {
  const jobs: Job[] = [];
  for await (const { value } of engine.kv.list({ prefix: jobPrefix() })) jobs.push(jobTable.decode(value));
  return jobs;
}

/** The text of a backup of a store. */
export async function backUp(engine: Engine): Promise<string> {
  const backup = new Backup(depsOf(engine));
  const pieces = await Array.fromAsync(backupText(await backup.header(), backup.lines()));
  return await new Blob(pieces).text();
}

/** Opens the text of a backup. */
export function opened(text: string | Uint8Array<ArrayBuffer>) {
  return readBackup(new Blob([text]).stream(), "b.ndjson");
}

/** Restores the text of a backup into a store. */
export async function restoreText(engine: Engine, text: string) {
  return await restoreBackup(await opened(text), depsOf(engine, NOW + 60_000));
}

/** A change of one record. */
export const setOf = (key: KvKey, value: Uint8Array) => new Change().set(key, value);
