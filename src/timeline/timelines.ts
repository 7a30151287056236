import type { AuditTrail } from "../audit/mod.ts";
import type { ClusterPauses } from "../job/mod.ts";
import type { Backlog, Execution, Gap, Job, Revision, TimelineEntry, TimelineRange } from "../model/mod.ts";
import { type Clock, encodeTime, invalid } from "../runtime/mod.ts";
import {
  backlogKey,
  backlogTable,
  cursorKey,
  cursorTable,
  executionPrefix,
  executionTable,
  jobKey,
  jobTable,
  type OpenExecutions,
  type Store,
} from "../store/mod.ts";
import { dueTimesOf } from "./due_times_of.ts";
import { judgeTimes } from "./judge_times.ts";
import type { Era, KnownPause, OwedTimes } from "./evidence.ts";

/** Longest range, in milliseconds. */
const LONGEST_MS = 400 * 86_400_000;

/** Pauses looked at in the audit trail, at most. */
const PAUSES = 100;

/** How far before a range an execution may have begun that still ran in it, in milliseconds. */
const BEFORE_MS = 86_400_000;

/** What a timeline is read from. */
export interface TimelinesDeps {
  store: Store;
  open: OpenExecutions;
  clock: Clock;
  audit: AuditTrail;
  pauses: ClusterPauses;
  /** Of a job; null when there is none. Newest first. */
  views: {
    revisions(name: string): Promise<(Revision & { revision: number })[] | null>;
    gaps(name: string): Promise<Gap[] | null>;
  };
  defaultTimezone: string;
}

/** Says of each due time of a job what became of it, or will, and why. */
export class Timelines {
  readonly #deps: TimelinesDeps;

  constructor(deps: TimelinesDeps) {
    this.#deps = deps;
  }

  /** The due times of a job in a range, in the order asked for, and whether there are more; null when there is no such job. Throws `invalid`. */
  async of(name: string, range: TimelineRange): Promise<{ entries: TimelineEntry[]; isCut: boolean } | null> {
    const { store, clock, pauses, views, defaultTimezone } = this.#deps;
    if (range.toMs < range.fromMs || range.toMs - range.fromMs > LONGEST_MS) {
      throw invalid(`Cannot show a timeline: "to" must lie within 400 days after "from"`, [
        { path: "to", message: "must lie within 400 days after from" },
      ]);
    }
    const job = (await store.read(jobTable, jobKey(name))).value;
    if (job === null) return null;
    const [revisions, gaps, cursor, backlog] = await Promise.all([
      views.revisions(name),
      views.gaps(name),
      store.read(cursorTable, cursorKey(job.uid)),
      store.read(backlogTable, backlogKey(job.uid)),
    ]);
    const eras = erasOf(job, revisions ?? []);
    const { times, isCut } = dueTimesOf(job, eras, { ...range, defaultTimezone });
    const [one = range.fromMs, other = range.fromMs] = [times[0]?.at, times.at(-1)?.at];
    const entries = judgeTimes(times, {
      job,
      eras,
      executions: await this.#executionsOf(job.uid, Math.min(one, other), Math.max(one, other)),
      gaps: gaps ?? [],
      owed: owedOf(backlog.value),
      accountedTo: cursor.value?.lastNominal ?? 0,
      pauses: await this.#pausesOf(job),
      clusterPause: await pauses.current(),
      nowMs: clock.now(),
    });
    return { entries, isCut };
  }

  /** Executions whose time lies in the range, and those of the day before it, which may have been in the way. */
  async #executionsOf(uid: string, fromMs: number, toMs: number): Promise<Execution[]> {
    const { store, open } = this.#deps;
    const prefix = executionPrefix(uid);
    const start = [...prefix, encodeTime(Math.max(0, fromMs - BEFORE_MS))];
    const end = [...prefix, encodeTime(toMs + 1)];
    const all = new Map((await open.ofJob(uid)).map(({ value }) => [value.id, value]));
    for await (const { value } of store.scan(executionTable, { prefix, start, end })) all.set(value.id, value);
    return [...all.values()].sort((a, b) => a.id < b.id ? -1 : 1);
  }

  /** Pauses of the job and of the cluster, as the audit trail tells of them, newest first. */
  async #pausesOf(job: Job): Promise<KnownPause[]> {
    const { audit } = this.#deps;
    const query = { by: null, since: 0, before: null, limit: PAUSES };
    const [ofJob, ofCluster] = await Promise.all([
      audit.list({ ...query, target: job.definition.name, action: "job.pause" }),
      audit.list({ ...query, target: null, action: "cluster.pause" }),
    ]);
    const known = (of: KnownPause["of"], records: typeof ofJob) =>
      records.map(({ at: from, by, changes }) => ({ of, from, by, note: noteOf(changes) }));
    return [...known("job", ofJob), ...known("cluster", ofCluster)].sort((a, b) => b.from - a.from);
  }
}

/** Definitions of a job and since when each held, newest first. A pause makes a revision too: it changes no time. */
function erasOf(job: Job, revisions: readonly (Revision & { revision: number })[]): Era[] {
  const known = revisions.map(({ revision, createdAt: from, definition }) => ({ revision, from, definition }));
  return known.length > 0 ? known : [{ revision: job.revision, from: job.createdAt, definition: job.definition }];
}

function owedOf(backlog: Backlog | null): OwedTimes[] {
  if (backlog === null) return [];
  let { policy, reason } = backlog;
  const owed = [{ from: backlog.from, to: backlog.to, policy, reason }];
  for (const { from, to, how } of backlog.later ?? []) {
    ({ policy, reason } = how ?? { policy, reason });
    owed.push({ from, to, policy, reason });
  }
  return owed;
}

/** The note of a pause, which the trail holds in the field of the job or of the cluster. */
function noteOf(changes: readonly { field: string; after: string | null }[]): string {
  const after = (field: string): unknown => {
    try {
      return JSON.parse(changes.find((change) => change.field === field)?.after ?? "null");
    } catch {
      return null; // it was too long to be kept whole
    }
  };
  const pause = after("pause");
  const note = pause !== null && typeof pause === "object" && "note" in pause ? pause.note : after("note");
  return typeof note === "string" ? note : "";
}
