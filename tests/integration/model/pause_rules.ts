import { type ClusterPause, type Execution, type Group, pauseAt } from "../../../src/model/mod.ts";
import type { Tell } from "./run_rules.ts";
import { type Landing, type Row, rowsOf, type Shadow } from "./shadow.ts";

/** What must hold of pauses of the cluster: in one nothing begins, and afterwards no time inside it is an ordinary one. */
export class PauseRules {
  readonly #shadow: Shadow;
  readonly #tell: Tell;
  readonly #now: () => number;
  /** When each pause began to count, by when it says that it begins. */
  readonly #landedAt = new Map<number, number>();
  /** Pauses that ended, by hand or by themselves, and times that they have put off. */
  pauses = 0;
  held = 0;

  constructor(shadow: Shadow, tell: Tell, now: () => number) {
    this.#shadow = shadow;
    this.#tell = tell;
    this.#now = now;
  }

  landed(landing: Landing): void {
    for (const { before, after } of rowsOf(landing, "fence")) {
      const known = new Set(before?.settings.pauses.map(({ from }) => from));
      for (const { from } of after?.settings.pauses ?? []) {
        if (known.has(from)) continue;
        this.#landedAt.set(from, this.#now());
        this.pauses++;
      }
    }
    for (const row of rowsOf(landing, "group")) this.#group(row);
    for (const row of rowsOf(landing, "exec")) this.#claim(row);
    for (const { before, after } of rowsOf(landing, "backlog")) {
      if (before === null && after?.reason === "paused") this.held++;
    }
  }

  get #pauses(): ClusterPause[] {
    return this.#shadow.get("fence")?.settings.pauses ?? [];
  }

  get #isOn(): boolean {
    return pauseAt(this.#pauses, this.#now()) !== null;
  }

  #group({ before, after }: Row<Group>): void {
    if (before !== null || after === null) return;
    const { id, trigger, dueAt, jobName } = after;
    if (trigger !== "schedule" && trigger !== "catch-up") return;
    if (this.#isOn) this.#tell(`group ${id} (${trigger}) made in a pause of the cluster`);
    const definition = this.#shadow.get("job", jobName)?.definition;
    if (trigger !== "schedule" || dueAt === null || !definition) return;
    // With jitter a time inside may be due after the end; a single time may be stored when it has passed, as the pause has.
    if (definition.jitterMs > 0 || definition.schedule.startsWith("@at")) return;
    const over = this.#pauses.find(({ from, to }) =>
      to !== null && dueAt > (this.#landedAt.get(from) ?? Infinity) && dueAt < to
    );
    if (over) this.#tell(`time ${dueAt} of ${jobName} was fired as if no pause had held it back`);
  }

  #claim({ before, after }: Row<Execution>): void {
    if (after?.state !== "claimed" || before?.state === "claimed" || !this.#isOn) return;
    this.#tell(`execution ${after.id} claimed in a pause of the cluster`);
  }
}
