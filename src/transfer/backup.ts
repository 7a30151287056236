import type { Engine, Kv, KvEntry, KvKey } from "../kv/mod.ts";
import type { JobTruth } from "../job/mod.ts";
import { type Execution, firstSettings, type Group, isEnded } from "../model/mod.ts";
import type { Clock, Log } from "../runtime/mod.ts";
import { CarillonError } from "../runtime/mod.ts";
import { executionsOf } from "../start/mod.ts";
import {
  executionKey,
  executionPrefix,
  executionTable,
  fenceKey,
  fenceTable,
  gapPrefix,
  gapTable,
  groupTable,
  jobPrefix,
  outputPrefix,
  queuePrefix,
  revisionPrefix,
  runningPrefix,
  SCHEMA_VERSION,
  schemaKey,
  schemaTable,
  statKey,
  statTable,
  unfinishedStore,
  unmadePrefix,
  unmadeTable,
} from "../store/mod.ts";
import { isAccounted, jobNamePages, readJobTruth } from "./job_snapshot.ts";
import { type BodyLine, FORMAT, FORMAT_VERSION, type Header } from "./line.ts";
import { keptRanges, owedRange } from "./moved_kinds.ts";
import { bytesLine, plainKey, Unreadable } from "./unreadable.ts";

/** Jobs read between two looks at the queues: what is open is not stored by job. */
const JOBS_A_PAGE = 200;

const decoder = new TextDecoder();

/** What a backup reads, and what it tells of. */
export interface BackupDeps {
  engine: Engine;
  clock: Clock;
  log: Log;
}

/**
 * Reads the truth of a store, which may be in use. Each job is as of one moment of its own: where its times stand is read
 * first, then what is open, then its history; what its times do not account for yet is left out.
 */
export class Backup {
  readonly #kv: Kv;
  readonly #clock: Clock;
  readonly #unreadable: Unreadable;
  /** What was read so far. */
  readonly counts = { jobs: 0, executions: 0, lines: 0 };

  constructor({ engine, clock, log }: BackupDeps) {
    this.#kv = engine.kv;
    this.#clock = clock;
    this.#unreadable = new Unreadable(log);
  }

  /** Records met that nobody could read; they are in the backup byte for byte. */
  get unreadable(): number {
    return this.#unreadable.count;
  }

  /** Whose backup it is. Throws `unavailable` for a store of a newer program, `not_found` where there is none. */
  async header(): Promise<Header> {
    const schema = await this.#kv.get(schemaKey());
    if (schema.value === null) throw new CarillonError("not_found", "Cannot back up: the store is empty");
    const { version, minReader, cluster, unfinished } = schemaTable.decode(schema.value);
    if (unfinished) throw unfinishedStore(unfinished);
    if (minReader > SCHEMA_VERSION) {
      throw new CarillonError(
        "unavailable",
        `Cannot back up: the store's schema is version ${version}, and this program reads up to ${SCHEMA_VERSION}`,
      );
    }
    const fence = await this.#kv.get(fenceKey());
    const settings = fence.value === null ? firstSettings : fenceTable.decode(fence.value).settings;
    const at = new Date(this.#clock.now()).toISOString();
    return { kind: "header", format: FORMAT, version: FORMAT_VERSION, schema: SCHEMA_VERSION, cluster, at, settings };
  }

  /** All lines between header and trailer. */
  async *lines(): AsyncIterable<BodyLine> {
    for await (const line of this.#all()) {
      this.counts.lines++;
      yield line;
    }
  }

  async *#all(): AsyncIterable<BodyLine> {
    const owed = new Set<string>();
    yield* this.#range(owedRange(), owed);
    for await (const names of jobNamePages(this.#kv, jobPrefix(), JOBS_A_PAGE)) yield* this.#page(names);
    for (const prefix of keptRanges()) yield* this.#range(prefix);
    yield* this.#range(owedRange(), owed);
    yield* this.#unreadable.take();
  }

  async *#page(names: readonly string[]): AsyncIterable<BodyLine> {
    const truths: JobTruth[] = [];
    for (const name of names) {
      const truth = await readJobTruth(this.#kv, name, this.#unreadable);
      if (truth !== null) truths.push(truth);
    }
    const open = await this.#openOf(new Set(truths.map(({ job }) => job.uid)));
    for (const truth of truths) yield* this.#job(truth, open.get(truth.job.uid) ?? new Map());
    yield* this.#unreadable.take();
  }

  /** Executions move from the queue to their node and then to the history: read in that order, none slips by. */
  async #openOf(uids: ReadonlySet<string>): Promise<Map<string, Map<string, Execution>>> {
    const open = new Map<string, Map<string, Execution>>();
    for (const prefix of [queuePrefix(), runningPrefix()]) {
      for await (const entry of this.#kv.list({ prefix }, { batchSize: 1000 })) {
        const value = this.#unreadable.decode(executionTable, entry);
        if (value === null || !uids.has(value.uid)) continue;
        const ofJob = open.get(value.uid) ?? new Map<string, Execution>();
        open.set(value.uid, ofJob.set(value.id, value));
      }
    }
    return open;
  }

  async *#job(truth: JobTruth, open: ReadonlyMap<string, Execution>): AsyncIterable<BodyLine> {
    const { uid } = truth.job;
    this.counts.jobs++;
    yield { kind: "job", ...truth };
    yield* this.#range(revisionPrefix(uid));
    const withOutput: string[] = [];
    for await (const [line, execution] of this.#history(truth, open)) {
      if (execution !== null && mayHaveOutput(execution)) withOutput.push(execution.id);
      if (execution !== null) this.counts.executions++;
      yield line;
    }
    for await (const entry of this.#kv.list({ prefix: gapPrefix(uid) }, { batchSize: 1000 })) {
      const gap = this.#unreadable.decode(gapTable, entry);
      if (gap !== null && gap.to <= (truth.cursor?.lastNominal ?? gap.to)) yield recordLine(entry);
    }
    for (const id of withOutput) {
      for await (const chunk of this.#kv.list({ prefix: outputPrefix(id) }, { batchSize: 100 })) yield bytesLine(chunk);
    }
    yield { kind: "end", uid, stat: this.#unreadable.decode(statTable, await this.#kv.get(statKey(uid))) };
  }

  async *#history(
    truth: JobTruth,
    open: ReadonlyMap<string, Execution>,
  ): AsyncIterable<[BodyLine, Execution | null]> {
    const seen = new Set<string>();
    const unmade: Execution[] = [];
    const prefix = executionPrefix(truth.job.uid);
    for await (const entry of this.#kv.list({ prefix }, { batchSize: 500 })) {
      if (entry.key.length === groupTable.keyParts) {
        const group = this.#unreadable.decode(groupTable, entry);
        if (group === null || !isAccounted(truth, group.dueAt)) continue;
        yield [recordLine(entry), null];
        // Read after their group: what is in no page by now, and nowhere else, may have begun.
        if (group.wide && group.state !== "ended") unmade.push(...await this.#unmadeOf(group));
        continue;
      }
      const execution = this.#unreadable.decode(executionTable, entry);
      if (execution === null) continue;
      seen.add(execution.id);
      if (isAccounted(truth, execution.dueAt)) yield [recordLine(entry), execution];
    }
    const left = new Map([...unmade.map((each) => [each.id, each] as const), ...open]);
    for (const execution of left.values()) {
      if (seen.has(execution.id) || isEnded(execution) || !isAccounted(truth, execution.dueAt)) continue;
      const key = plainKey(executionKey(execution.uid, execution.id));
      yield [{ kind: "record", key, value: { v: 1, ...execution } }, execution];
    }
  }

  /** Executions that a wide group has still to make: for a restore they are queued ones. */
  async #unmadeOf(group: Group): Promise<Execution[]> {
    const executions: Execution[] = [];
    for await (const entry of this.#kv.list({ prefix: unmadePrefix(group.uid, group.id) })) {
      const page = this.#unreadable.decode(unmadeTable, entry);
      if (page !== null) executions.push(...executionsOf(group, page, group.createdAt));
    }
    return executions;
  }

  /** Every record of a range; those whose key is in `seen` already are left out, and new ones noted there. */
  async *#range(prefix: KvKey, seen?: Set<string>): AsyncIterable<BodyLine> {
    for await (const entry of this.#kv.list({ prefix }, { batchSize: 1000 })) {
      const name = entry.key.join("/");
      if (seen?.has(name)) continue;
      seen?.add(name);
      yield recordLine(entry);
    }
  }
}

/** A record as the JSON that it is, with fields that this program does not know; else as its bytes. */
function recordLine(entry: KvEntry): BodyLine {
  try {
    return { kind: "record", key: plainKey(entry.key), value: JSON.parse(decoder.decode(entry.value)) };
  } catch {
    return bytesLine(entry);
  }
}

function mayHaveOutput(execution: Execution): boolean {
  if (execution.state === "queued") return false;
  return !isEnded(execution) || (execution.output.inline === null &&
    (execution.output.sizeBytes > 0 || execution.state === "lost"));
}
