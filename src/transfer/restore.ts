import { Change, type KvKey } from "../kv/mod.ts";
import { writeJobAsKnown } from "../job/mod.ts";
import { countGroup, emptyStat, type EndedState, firstFence, type Group, isEnded, outcomeOf } from "../model/mod.ts";
import { type CarillonError, invalid, randomDigits } from "../runtime/mod.ts";
import {
  executionTable,
  fenceKey,
  fenceTable,
  groupKey,
  groupTable,
  SCHEMA_VERSION,
  schemaTable,
  statKey,
  statTable,
  StoreChange,
  type Table,
} from "../store/mod.ts";
import type { BackupReader } from "./backup_file.ts";
import { closedExecution, closedGroup, type RestoreMoment, targetStateOf } from "./close_open.ts";
import type { BodyLine, Header } from "./line.ts";
import { isRestorable, tableOf } from "./moved_kinds.ts";
import { CheckingSink, Filling, type Sink, type TargetDeps } from "./target.ts";

/** What a restore has brought back. */
export interface RestoreCounts {
  jobs: number;
  executions: number;
  /** Executions that were running, or given to a node, when the backup was made. */
  lost: number;
  /** Executions that were queued then. */
  skipped: number;
  records: number;
}

/** Zone of plans that their due entry does not tell: jobs without a due time have none. */
const ANY_ZONE = "UTC";

/** The whole of a backup looked at, as a restore would: nothing is written. Throws `invalid`, `too_large`. */
export async function checkBackup(reader: BackupReader, { engine, clock }: TargetDeps): Promise<RestoreCounts> {
  return await new Restoring(reader.header, new CheckingSink(engine), clock.now()).takeAll(reader);
}

/**
 * Fills a store from a backup and gives it a new cluster id. When it throws half-way, the store says that it is not whole,
 * and no server starts on it until a restore has finished.
 */
export async function restoreBackup(reader: BackupReader, deps: TargetDeps): Promise<RestoreCounts> {
  const filling = await Filling.begin(deps, "a restore");
  const counts = await new Restoring(reader.header, filling, deps.clock.now()).takeAll(reader);
  const cluster = randomDigits(deps.random, 16);
  await filling.finish(schemaTable.encode({ version: SCHEMA_VERSION, minReader: SCHEMA_VERSION, cluster }));
  return { ...counts, records: filling.written };
}

/** The state of one restore, line by line. Groups that were open wait for the end of their job's lines. */
class Restoring {
  readonly #sink: Sink;
  readonly #header: Header;
  readonly #moment: RestoreMoment;
  readonly #counts: RestoreCounts = { jobs: 0, executions: 0, lost: 0, skipped: 0, records: 0 };
  #open: Group[] = [];
  readonly #states = new Map<string, EndedState>();
  /** How groups without a record of their own ended by this restore. */
  #lone: EndedState[] = [];

  constructor(header: Header, sink: Sink, nowMs: number) {
    this.#header = header;
    this.#sink = sink;
    this.#moment = { backupAt: Date.parse(header.at), nowMs };
  }

  async takeAll({ body }: BackupReader): Promise<RestoreCounts> {
    await this.#put(fenceTable, fenceKey(), { ...firstFence, settings: this.#header.settings });
    for await (const { line, number } of body) await this.#take(line, number);
    return this.#counts;
  }

  async #take(line: BodyLine, number: number): Promise<void> {
    switch (line.kind) {
      case "job": {
        const change = new StoreChange();
        const { nowMs } = this.#moment;
        writeJobAsKnown(change, line, { defaultTimezone: ANY_ZONE, nowMs, endIsToCome: false });
        this.#counts.jobs++;
        return await this.#write(change.change, `job "${line.job.definition.name}"`);
      }
      case "record":
        return await this.#record(line.key, new TextEncoder().encode(JSON.stringify(line.value)), number);
      case "bytes":
        if (!isRestorable(line.key)) throw strange(line.key, number);
        return await this.#write(new Change().set(line.key, Uint8Array.fromBase64(line.bytes)), nameOf(line.key));
      case "end":
        return await this.#endJob(line.uid, line.stat);
      default:
        return line satisfies never;
    }
  }

  async #record(key: KvKey, bytes: Uint8Array, number: number): Promise<void> {
    const table = tableOf(key);
    if (table === undefined || !isRestorable(key)) throw strange(key, number);
    if (table === executionTable) return await this.#execution(key, decodeLine(executionTable, bytes, number));
    if (table !== groupTable) {
      decodeLine(table, bytes, number);
      return await this.#write(new Change().set(key, bytes), nameOf(key));
    }
    const group = decodeLine(groupTable, bytes, number);
    if (group.state === "ended") await this.#put(groupTable, key, group);
    else this.#open.push(group);
  }

  async #execution(key: KvKey, execution: ReturnType<typeof executionTable.decode>): Promise<void> {
    const closed = closedExecution(execution, this.#moment);
    const state = targetStateOf(closed);
    this.#counts.executions++;
    if (!isEnded(execution)) {
      if (closed.state === "lost") this.#counts.lost++;
      else this.#counts.skipped++;
      if (execution.lone) this.#lone.push(state);
    }
    if (this.#open.some(({ id }) => id === closed.group)) this.#states.set(closed.id, state);
    await this.#put(executionTable, key, closed);
  }

  /** Ends the job's groups that were open, and counts them. */
  async #endJob(uid: string, before: ReturnType<typeof statTable.decode> | null): Promise<void> {
    const { nowMs } = this.#moment;
    const ended = this.#open.map((group) => closedGroup(group, this.#states, this.#moment));
    for (const group of ended) await this.#put(groupTable, groupKey(uid, group.id), group);
    const outcomes = [...ended.flatMap(({ outcome }) => outcome ?? []), ...this.#lone.map((each) => outcomeOf([each]))];
    const stat = outcomes.reduce((sum, outcome) => countGroup(sum, outcome, nowMs), before ?? emptyStat);
    if (before !== null || stat !== emptyStat) await this.#put(statTable, statKey(uid), stat);
    this.#open = [];
    this.#lone = [];
    this.#states.clear();
  }

  #put<T>(table: Table<T>, key: KvKey, value: T): Promise<void> {
    return this.#write(new Change().set(key, table.encode(value)), nameOf(key));
  }

  async #write(change: Change, what: string): Promise<void> {
    await this.#sink.write(change, what);
    this.#counts.records += change.writes.size;
  }
}

function decodeLine<T>(table: Table<T>, bytes: Uint8Array, number: number): T {
  try {
    return table.decode(bytes);
  } catch {
    throw invalid(`Cannot restore: line ${number} is damaged: it is no ${table.name}`);
  }
}

function strange(key: KvKey, number: number): CarillonError {
  return invalid(`Cannot restore: line ${number} is no part of a backup: it holds "${nameOf(key)}"`);
}

function nameOf(key: KvKey): string {
  return key.join("/");
}
