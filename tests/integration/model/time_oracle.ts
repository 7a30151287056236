import {
  type ClusterPause,
  type Due,
  type Gap,
  type Job,
  type JobDefinition,
  parentsOf,
} from "../../../src/model/mod.ts";
import { nextTime, parseSchedule, type Schedule } from "../../../src/schedule/mod.ts";
import type { Tell } from "./run_rules.ts";
import { type Landing, type Row, rowsOf, type Shadow } from "./shadow.ts";

/** What is known of one job's times. */
interface Ledger {
  /** Times up to here were due and are in `owed` or `ran`, or never were due. */
  upTo: number;
  /** Times that were due and no group was made for. */
  owed: Set<number>;
  ran: Set<number>;
}

/**
 * Knows by itself which times of each job were due: what its schedule named while it was enabled and within its window.
 * Each must have one group, or lie in one gap or in the backlog.
 */
export class TimeOracle {
  readonly #shadow: Shadow;
  readonly #tell: Tell;
  readonly #ledgers = new Map<string, Ledger>();
  readonly #schedules = new Map<string, Schedule>();
  readonly #gapsOf = new Map<string, Map<number, Gap>>();
  /** Times whose place this landing has to show. */
  readonly #fresh: { uid: string; time: number }[] = [];
  due = 0;
  gapped = 0;

  constructor(shadow: Shadow, tell: Tell) {
    this.#shadow = shadow;
    this.#tell = tell;
  }

  landed(landing: Landing): void {
    const jobs = rowsOf(landing, "job");
    const edited = new Set<string>();
    for (const { before, after } of jobs) {
      const uid = after?.uid ?? before?.uid ?? "";
      edited.add(uid);
      if (after === null) this.#ledgers.delete(uid);
      else this.#edited(before?.uid === uid ? before : null, after, landing);
    }
    for (const { key, before, after } of rowsOf(landing, "cursor")) {
      const uid = String(key[1]);
      if (after === null) continue;
      if (before !== null && after.lastNominal < before.lastNominal) {
        this.#tell(`cursor of ${uid} went back from ${before.lastNominal} to ${after.lastNominal}`);
      }
      if (!edited.has(uid)) this.#fired(uid, after.lastNominal, landing);
      this.#dueEntry(uid, after.dueAt);
    }
    for (const { before, after } of rowsOf(landing, "group")) {
      if (before === null && after !== null && after.dueAt !== null) this.#ran(after.uid, after.dueAt, after.id);
    }
    for (const { key, after } of rowsOf(landing, "gap")) this.#noteGap(String(key[1]), Number(key[2]), after);
    for (const { key, before } of rowsOf(landing, "backlog")) {
      const ranges = before === null ? [] : [before, ...before.later ?? []];
      for (const time of this.#ledgers.get(String(key[1]))?.owed ?? []) {
        if (ranges.some(({ from, to }) => from <= time && time <= to)) this.#fresh.push({ uid: String(key[1]), time });
      }
    }
    for (const { uid, time } of this.#fresh.splice(0)) {
      if (this.#ledgers.get(uid)?.owed.has(time)) this.#place(uid, time, this.#gaps(uid));
    }
  }

  scan(): void {
    for (const uid of this.#ledgers.keys()) this.#account(uid);
  }

  #edited(before: Job | null, after: Job, landing: Landing): void {
    const { uid, updatedAt: nowMs, definition } = after;
    const ledger = this.#ledgers.get(uid) ?? { upTo: nowMs, owed: new Set(), ran: new Set() };
    this.#ledgers.set(uid, ledger);
    const schedule = this.#schedule(definition);
    const cursor = this.#shadow.get("cursor", uid)?.lastNominal;
    if (before === null) {
      if (schedule?.kind === "at") ledger.upTo = Math.min(nowMs, schedule.atMs - 1);
      return;
    }
    const restarts = restartsTimes(before.definition, definition);
    const unpaused = before.pause !== null && after.pause === null;
    if ((restarts || unpaused) && cursor !== nowMs) this.#tell(`cursor of ${uid} is ${cursor}, not ${nowMs}`);
    const wasDue = before.pause !== null ? isTimed({ ...before, pause: null }) : dueBefore(landing, uid) !== null;
    if (unpaused && !restarts && wasDue && isTimed(after)) this.#expect(ledger, uid, definition, nowMs);
    if (restarts || unpaused || !wasDue) ledger.upTo = Math.max(ledger.upTo, nowMs);
  }

  #fired(uid: string, upTo: number, landing: Landing): void {
    const ledger = this.#ledgers.get(uid);
    const due = dueBefore(landing, uid);
    if (!ledger) return this.#tell(`the cursor of ${uid} moved, which is no job`);
    if (due === null) return;
    const job = this.#shadow.get("job", due.plan.jobName);
    if (job?.uid !== uid || job.revision !== due.plan.revision) {
      this.#tell(`${uid} fired by a plan that is not its job's`);
    }
    if (this.#schedule({ ...due.plan, name: due.plan.jobName })?.kind === "after_end") {
      // A pause of the cluster puts it off.
      if (upTo < due.nominal) return this.#putOff(uid, due);
      ledger.owed.add(due.nominal);
    } else this.#expect(ledger, uid, { ...due.plan, name: due.plan.jobName }, upTo);
    if (!ledger.owed.has(due.nominal)) this.#tell(`${uid} fired ${due.nominal}, which is not due`);
  }

  #putOff(uid: string, due: Due): void {
    const ended = this.#pauses().findLast(({ to }) => to !== null && to > due.nominal);
    if (ended === undefined) this.#tell(`${uid} was put off from ${due.nominal}, and no pause has held it back`);
  }

  #pauses(): ClusterPause[] {
    return this.#shadow.get("fence")?.settings.pauses ?? [];
  }

  /** From `ledger.upTo` to `upTo`, what the schedule names is due, and accounted for at once. */
  #expect(ledger: Ledger, uid: string, plan: Plan, upTo: number): void {
    const schedule = this.#schedule(plan);
    const { startsAt, expiresAt } = plan;
    for (let time = ledger.upTo; schedule;) {
      const next = nextTime(schedule, time);
      if (next === undefined || next > Math.min(upTo, expiresAt ?? upTo)) break;
      time = next;
      if (startsAt !== null && next < startsAt) continue;
      ledger.owed.add(next);
      this.#fresh.push({ uid, time: next });
      this.due++;
    }
    ledger.upTo = Math.max(ledger.upTo, upTo);
  }

  #dueEntry(uid: string, dueAt: number | null): void {
    if (dueAt !== null && this.#shadow.get("due", dueAt, uid) === null) {
      this.#tell(`no due entry of ${uid} at ${dueAt}`);
    }
  }

  #ran(uid: string, time: number, group: string): void {
    const ledger = this.#ledgers.get(uid);
    if (!ledger) return;
    if (ledger.ran.has(time)) this.#tell(`time ${time} of ${uid} ran twice, now as ${group}`);
    else if (!ledger.owed.delete(time)) this.#tell(`time ${time} of ${uid} ran as ${group}, and was not due`);
    ledger.ran.add(time);
  }

  /** Every time has one place: a group, one gap, or the backlog. */
  #account(uid: string): void {
    const ledger = this.#ledgers.get(uid);
    if (!ledger) return;
    const gaps = this.#gaps(uid);
    const counts = new Map<Gap, number>();
    for (const time of ledger.owed) {
      for (const gap of this.#place(uid, time, gaps)) counts.set(gap, (counts.get(gap) ?? 0) + 1);
    }
    for (const gap of gaps) {
      if (counts.get(gap) !== gap.count) {
        this.#tell(`gap ${JSON.stringify(gap)} of ${uid} covers ${counts.get(gap) ?? 0} times`);
      }
    }
    for (const time of ledger.ran) {
      const gap = gaps.find(({ from, to }) => from <= time && time <= to);
      if (gap) this.#tell(`time ${time} of ${uid} ran, and is in gap ${JSON.stringify(gap)}`);
    }
  }

  /** The gaps that a time lies in: exactly one, or none when it is in the backlog. */
  #place(uid: string, time: number, gaps: readonly Gap[]): Gap[] {
    const backlog = this.#shadow.get("backlog", uid);
    const inGaps = gaps.filter(({ from, to }) => from <= time && time <= to);
    const ranges = backlog === null ? [] : [backlog, ...backlog.later ?? []];
    const inBacklog = ranges.some(({ from, to }) => from <= time && time <= to);
    if (inGaps.length + (inBacklog ? 1 : 0) !== 1) {
      this.#tell(`time ${time} of ${uid} is in ${inGaps.length} gaps, ${inBacklog ? "" : "not "}in the backlog`);
    }
    return inGaps;
  }

  #noteGap(uid: string, from: number, gap: Gap | null): void {
    const gaps = this.#gapsOf.get(uid) ?? new Map<number, Gap>();
    this.#gapsOf.set(uid, gaps);
    if (gap === null) gaps.delete(from);
    else gaps.set(from, gap);
  }

  #gaps(uid: string): Gap[] {
    const closed = [...this.#gapsOf.get(uid)?.values() ?? []];
    const dueAt = this.#shadow.get("cursor", uid)?.dueAt ?? null;
    const open = dueAt === null ? null : this.#shadow.get("due", dueAt, uid)?.openGap ?? null;
    return open === null ? closed : [...closed.filter(({ from }) => from !== open.from), open];
  }

  #schedule({ schedule, timezone, name }: Plan): Schedule | null {
    if (schedule === "") return null;
    const key = `${schedule}|${timezone}|${name}`;
    const known = this.#schedules.get(key);
    if (known) return known;
    const parsed = parseSchedule(schedule, { timezone, defaultTimezone: "UTC", jobName: name });
    this.#schedules.set(key, parsed);
    return parsed;
  }
}

type Plan = Pick<JobDefinition, "schedule" | "timezone" | "name" | "startsAt" | "expiresAt">;

function dueBefore(landing: Landing, uid: string): Due | null {
  const rows: Row<Due>[] = rowsOf(landing, "due");
  return rows.find(({ before }) => before?.plan.uid === uid)?.before ?? null;
}

function isTimed({ definition, pause }: Job): boolean {
  return !definition.disabled && pause === null && definition.schedule !== "" && parentsOf(definition).length === 0;
}

function restartsTimes(before: JobDefinition, after: JobDefinition): boolean {
  return before.schedule !== after.schedule || before.timezone !== after.timezone ||
    before.startsAt !== after.startsAt || (before.disabled && !after.disabled);
}
