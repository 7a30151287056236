import {
  type EndedExecution,
  type Execution,
  executionId,
  type Group,
  isAssigned,
  isEnded,
  outcomeOf,
  type Unmade,
  unmadePage,
} from "../../../src/model/mod.ts";
import { queueKeyOf } from "../../../src/start/mod.ts";
import { type Landing, type Row, rowsOf, type Shadow } from "./shadow.ts";

/** How broken rules are told. */
export type Tell = (problem: string) => void;

/** States that each state of an execution may become. */
const NEXT: Readonly<Record<Execution["state"], readonly Execution["state"][]>> = {
  queued: ["queued", "claimed", "cancelled", "skipped"],
  claimed: ["claimed", "queued", "running", "success", "failed", "cancelled", "timed_out", "lost"],
  running: ["running", "success", "failed", "cancelled", "timed_out", "lost"],
  success: ["success"],
  failed: ["failed"],
  cancelled: ["cancelled"],
  timed_out: ["timed_out"],
  lost: ["lost"],
  skipped: ["skipped"],
};

/** Landings after which every change under way has seen a change of a job. */
export const SETTLED_AFTER = 500;

/** What must hold of groups and executions with each commit that lands. */
export class RunRules {
  readonly #shadow: Shadow;
  readonly #tell: Tell;
  /** Groups ever made. */
  readonly #made = new Set<string>();
  /** Executions ever claimed, and by whom. */
  readonly #claimed = new Map<string, string>();
  /** Ends of groups counted by hand: success and errors of a job. */
  readonly #tally = new Map<string, { success: number; error: number }>();
  /** The landing that deleted a job. */
  readonly #deletedAt = new Map<string, number>();
  #landings = 0;
  runs = 0;
  /** Pages of wide groups that were worked on. */
  pages = 0;
  ended = 0;
  readonly outcomes = new Map<string, number>();

  constructor(shadow: Shadow, tell: Tell) {
    this.#shadow = shadow;
    this.#tell = tell;
  }

  landed(landing: Landing): void {
    this.#landings++;
    for (const { key, before } of rowsOf(landing, "tomb")) {
      if (before === null) this.#deletedAt.set(String(key[1]), this.#landings);
    }
    for (const row of rowsOf(landing, "group")) this.#group(row, landing);
    for (const row of rowsOf(landing, "unmade")) this.#page(row, landing);
    for (const row of rowsOf(landing, "exec")) this.#execution(row, landing);
    const counted = [...rowsOf(landing, "group"), ...rowsOf(landing, "stat")].map(({ key }) => String(key[1]));
    for (const uid of new Set(counted)) this.#counted(uid);
  }

  /** What must hold between all records at any time. */
  scan(): void {
    for (const { value } of this.#shadow.all("exec")) this.#places(value);
    for (const { value } of this.#shadow.all("q")) {
      const now = this.#shadow.get("exec", value.uid, value.id);
      if (now?.state !== "queued") this.#tell(`queue entry of ${value.id}, which is ${now?.state ?? "gone"}`);
    }
    for (const { key, value } of this.#shadow.all("running")) {
      const now = this.#shadow.get("exec", value.uid, String(key[3]));
      const has = now && (isAssigned(now) || holdsPlace(now));
      if (!has) this.#tell(`running mark of ${key[3]}, which is ${now?.state ?? "gone"}`);
    }
    for (const { value } of this.#shadow.all("group")) this.#targets(value);
  }

  #group({ before, after, id }: Row<Group>, landing: Landing): void {
    if (after === null) {
      if (before && before.state !== "ended") this.#tell(`group ${id} deleted while ${before.state}`);
      return;
    }
    if (before === null) this.#newGroup(after, landing);
    else {
      if (before.state === "ended" && JSON.stringify(before) !== JSON.stringify(after)) {
        this.#tell(`group ${id} changed after its end`);
      }
      if (before.state === "open" && after.state === "waiting") this.#tell(`group ${id} waits again`);
      after.targets.forEach((target, i) => {
        const was = before.targets[i];
        const takenBack = rowsOf(landing, "exec").some(({ before, after }) =>
          before?.state === "queued" && after === null
        );
        if (!was || (target.attempt < was.attempt && !takenBack) || target.attempt > was.attempt + 1) {
          this.#tell(`group ${id} target ${i}: attempt ${was?.attempt} -> ${target.attempt}`);
        }
        if (was?.state === "open" && target.state !== "open") this.#failure(after, i, target.attempt);
        if (was && was.state !== "open" && target.state !== was.state) {
          this.#tell(`group ${id} target ${i}: ${was.state} -> ${target.state}`);
        }
      });
    }
    if (after.state === "ended" && before?.state !== "ended") this.#groupEnd(after, before !== null);
    if (
      this.#isLongGone(after.uid) && rowsOf(landing, "effect").some((effect) => effect.after?.id.startsWith(after.id))
    ) {
      this.#tell(`group ${id} of a deleted job owes something`);
    }
  }

  #newGroup(group: Group, landing: Landing): void {
    this.runs++;
    if (this.#made.has(group.id)) this.#tell(`group ${group.id} made twice`);
    this.#made.add(group.id);
    const byTime = group.trigger === "schedule" || group.trigger === "catch-up";
    if (byTime && !landing.checked.has("fence")) this.#tell(`group ${group.id} fired without the fence`);
    const job = this.#shadow.get("job", group.jobName);
    if (job?.uid !== group.uid) this.#tell(`group ${group.id} (${group.trigger}) of a job that is gone`);
    else if (job.revision !== group.revision) {
      this.#tell(`group ${group.id} (${group.trigger}) by revision ${group.revision}, not ${job.revision}`);
    } else if (job.definition.disabled && group.trigger !== "catch-up") {
      this.#tell(`group ${group.id} (${group.trigger}) of a disabled job`);
    }
  }

  #groupEnd(group: Group, counts: boolean): void {
    this.ended++;
    const states = group.targets.flatMap(({ state }) => state === "open" ? [] : [state]);
    if (states.length < group.targets.length) return this.#tell(`group ${group.id} ended with open targets`);
    const outcome = outcomeOf(states);
    if (outcome !== group.outcome) this.#tell(`group ${group.id} ended ${group.outcome}, not ${outcome}`);
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    if (!counts || outcome === "cancelled" || outcome === "skipped") return;
    const tally = this.#tally.get(group.uid) ?? { success: 0, error: 0 };
    this.#tally.set(group.uid, tally);
    if (outcome === "success") tally.success++;
    else tally.error++;
  }

  /** The counters of a job, until it is buried, are what was counted here. */
  #counted(uid: string): void {
    const stat = this.#shadow.get("stat", uid);
    const { success, error } = this.#tally.get(uid) ?? { success: 0, error: 0 };
    if (stat === null && this.#shadow.get("rev", uid, 1) === null) return;
    if ((stat?.successCount ?? 0) === success && (stat?.errorCount ?? 0) === error) return;
    this.#tell(`counters of ${uid}: ${stat?.successCount}/${stat?.errorCount}, ended ${success}/${error}`);
  }

  /** A page is written with its group, and what leaves it is made or settled by the same commit, once. */
  #page({ key, before, after }: Row<Unmade>, landing: Landing): void {
    const group = String(key[2]);
    if (before === null) {
      const isNew = rowsOf(landing, "group").some((row) => row.before === null && row.after?.id === group);
      if (!isNew) this.#tell(`a page of group ${group} came after it`);
      return;
    }
    this.pages++;
    for (const target of Object.keys(before.nodes).filter((target) => after?.nodes[target] === undefined)) {
      const id = executionId(group, Number(target), 1);
      const made = rowsOf(landing, "exec").find((row) => row.after?.id === id);
      if (made?.before !== null) this.#tell(`target ${target} of group ${group} left its page and is not made`);
    }
  }

  /** Whether a new execution comes from its group's page. */
  #leavesPage({ group, target }: Execution, landing: Landing): boolean {
    return rowsOf(landing, "unmade").some(({ key, before }) =>
      key[2] === group && before?.nodes[String(target)] !== undefined
    );
  }

  #execution({ before, after, id }: Row<Execution>, landing: Landing): void {
    if (after === null) {
      if (before && isAssigned(before)) this.#tell(`execution ${id} deleted while ${before.state}`);
      return;
    }
    if (before === null) {
      const recorded = after.state === "skipped" && after.trigger !== "schedule";
      const settled = (after.state === "cancelled" || after.state === "skipped") && this.#leavesPage(after, landing);
      if (after.state !== "queued" && !recorded && !settled) this.#tell(`execution ${id} begins as ${after.state}`);
      if (after.state === "queued" && after.attempt > 1) this.#retry(after);
    } else if (!NEXT[before.state].includes(after.state)) {
      this.#tell(`execution ${id}: ${before.state} -> ${after.state}`);
    }
    if (after.state === "claimed" && before?.state !== "claimed") this.#claim(after, before);
    // Its agent handed it back, of which the agents' own notes say that it never began there.
    if (after.state === "queued" && before?.state === "claimed") this.#claimed.delete(after.id);
    if (before !== null && isAssigned(before) && isAssigned(after) && before.incarnation !== after.incarnation) {
      this.#tell(`execution ${id} moved from ${before.incarnation} to ${after.incarnation}`);
    }
    this.#places(after);
  }

  #retry(execution: Execution): void {
    const { id, uid, attempt } = execution;
    const former = this.#shadow.get("exec", uid, executionId(execution.group, execution.target, attempt - 1));
    const wanted = this.#shadow.get("rev", uid, execution.revision)?.definition.retry.attempts ?? 0;
    if (attempt > wanted + 1) this.#tell(`attempt ${id} is more than the ${wanted} retries that its job asks for`);
    if (this.#isLongGone(uid)) this.#tell(`attempt ${id} of a job that is deleted`);
    if (former?.state === "failed" || former?.state === "timed_out" || former?.state === "lost") return;
    this.#tell(`attempt ${id} follows one that is ${former?.state ?? "gone"}`);
  }

  /** A target that failed for good has no retry left, or nobody wants one. */
  #failure({ uid, id, revision }: Group, target: number, attempt: number): void {
    const execution = this.#shadow.get("exec", uid, executionId(id, target, attempt));
    const retry = this.#shadow.get("rev", uid, revision)?.definition.retry;
    if (!execution || !isEnded(execution) || !retry || attempt > retry.attempts) return;
    if (execution.state !== "failed" && execution.state !== "timed_out") return;
    const stopped = execution.cancel !== null && execution.state !== "timed_out";
    if (!stopped && !this.#deletedAt.has(uid)) {
      this.#tell(`${execution.id} is ${execution.state} and is not tried again`);
    }
  }

  /** Whether a job was deleted so long ago that nothing under way can have missed it. */
  #isLongGone(uid: string): boolean {
    return (this.#deletedAt.get(uid) ?? Infinity) < this.#landings - SETTLED_AFTER;
  }

  #claim(execution: Extract<Execution, { state: "claimed" }>, before: Execution | null): void {
    const by = `${execution.node}/${execution.incarnation}`;
    const known = this.#claimed.get(execution.id);
    if (known !== undefined) this.#tell(`execution ${execution.id} claimed by ${known} and by ${by}`);
    this.#claimed.set(execution.id, by);
    if (before?.state === "queued" && before.readyAt > execution.claimedAt) {
      this.#tell(`execution ${execution.id} claimed before it was ready`);
    }
    for (let target = 0; target < 10; target++) {
      if (target === execution.target) continue;
      for (let attempt = 1; attempt < 5; attempt++) {
        const other = this.#claimed.get(executionId(execution.group, target, attempt));
        if (other?.split("/")[0] === execution.node) this.#tell(`two targets of ${execution.group} on ${by}`);
      }
    }
  }

  /** Where an execution must be found, and where it must not. */
  #places(execution: Execution): void {
    const { id, uid } = execution;
    const group = this.#shadow.get("group", uid, execution.group);
    if (execution.state === "queued") {
      if (!group || group.state === "ended") this.#tell(`execution ${id} queued, its group ${group?.state ?? "gone"}`);
      const [, selector = "", lane = 0, ready = 0] = queueKeyOf(execution) as [string, string, number, number];
      const entry = this.#shadow.get("q", selector, lane, ready, id);
      if ((entry !== null) !== (group?.state === "open")) {
        this.#tell(`execution ${id} ${entry ? "has" : "lacks"} a queue entry, its group ${group?.state}`);
      }
    } else if (isAssigned(execution) || holdsPlace(execution)) {
      const { node, incarnation } = execution;
      const mark = this.#shadow.get("running", String(node), String(incarnation), id);
      if (!mark) this.#tell(`execution ${id} is ${execution.state} without a running mark`);
      if (group?.state !== "open") {
        this.#tell(`execution ${id} ${execution.state}, its group ${group?.state ?? "gone"}`);
      }
    }
  }

  /** An open target's current attempt is there and not over; no other attempt of it is open. */
  #targets(group: Group): void {
    if (group.state === "ended") return;
    group.targets.forEach(({ state, attempt }, target) => {
      if (state !== "open") return;
      const id = executionId(group.id, target, attempt);
      const now = this.#shadow.get("exec", group.uid, id);
      const page = now === null && group.wide
        ? this.#shadow.get("unmade", group.uid, group.id, unmadePage(target))
        : null;
      if (page?.nodes[String(target)] !== undefined) return;
      if (now === null) this.#tell(`open target's attempt ${id} is gone`);
      else if (isEnded(now) && !holdsPlace(now)) this.#tell(`open target's attempt ${id} is over`);
    });
  }
}

function holdsPlace(execution: Execution): execution is EndedExecution {
  return isEnded(execution) && execution.holdsPlace;
}
