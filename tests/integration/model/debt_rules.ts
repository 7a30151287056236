import { type Dependency, type Effect, type Group, parentsOf } from "../../../src/model/mod.ts";
import { encodeTime, hashDigits } from "../../../src/runtime/mod.ts";
import { SETTLED_AFTER, type Tell } from "./run_rules.ts";
import { type Landing, rowsOf, type Shadow } from "./shadow.ts";

/** What must hold of what ends of groups owe, with each commit that lands. */
export class DebtRules {
  readonly #shadow: Shadow;
  readonly #tell: Tell;
  /** The landing that last changed the edges of a child. */
  readonly #edgesAt = new Map<string, number>();
  #landings = 0;
  started = 0;

  constructor(shadow: Shadow, tell: Tell) {
    this.#shadow = shadow;
    this.#tell = tell;
  }

  landed(landing: Landing): void {
    this.#landings++;
    for (const { key } of rowsOf(landing, "graph")) this.#edgesAt.set(String(key[2]), this.#landings);
    for (const { before, after } of rowsOf(landing, "group")) {
      if (before !== null && before.state !== "ended" && after?.state === "ended") this.#owes(after, landing);
    }
    for (const { before, after } of rowsOf(landing, "effect")) {
      if (before?.kind === "dependent" && after === null) this.#paid(before, landing);
    }
    for (const { after } of rowsOf(landing, "dead")) {
      if (after) this.#tell(`effect ${after.id} was given up: ${after.lastError}`);
    }
  }

  /** Every child that this end starts is owed its start, in the same commit. */
  #owes(group: Group, landing: Landing): void {
    const job = this.#shadow.get("job", group.jobName);
    if (job?.uid !== group.uid) return;
    const owed = new Set(rowsOf(landing, "effect").map(({ after }) => after?.kind === "dependent" ? after.child : ""));
    for (const { key, value } of this.#shadow.all("graph")) {
      const child = String(key[2]);
      if (key[1] !== "edge" || (this.#edgesAt.get(child) ?? 0) > this.#landings - SETTLED_AFTER) continue;
      const edge = value.parents.findLast((parent: Dependency) => parent.job === group.jobName);
      if (edge && starts(edge.on, group.outcome) && !owed.has(child)) {
        this.#tell(`the end of ${group.id} (${group.outcome}) owes its child "${child}" nothing`);
      }
    }
  }

  /** An owed start is taken away by the commit that makes the group, unless the child may not run. */
  #paid(effect: Extract<Effect, { kind: "dependent" }>, landing: Landing): void {
    const child = this.#shadow.get("job", effect.child);
    const id = encodeTime(effect.endedAt) + hashDigits(effect.id, 10);
    const made = rowsOf(landing, "group").some(({ before, after }) => before === null && after?.id === id);
    if (made) this.started++;
    if (child === null || child.definition.disabled) return made ? this.#tell(`${id} started by no right`) : undefined;
    const parents = parentsOf(child.definition);
    const isParent = parents.some(({ job }) => job === effect.parent);
    if (made && !isParent) this.#tell(`${effect.parent} started "${effect.child}", which is no child of it`);
    const { startsAt, expiresAt } = child.definition;
    if (
      !made && isParent && startsAt === null && expiresAt === null &&
      (parents.length === 1 || child.definition.join === "any")
    ) {
      this.#tell(`effect ${effect.id} is gone and "${effect.child}" did not start`);
    }
  }
}

function starts(on: Dependency["on"], outcome: Group["outcome"]): boolean {
  const failed = outcome === "failed" || outcome === "partially_failed";
  return on === "always" || (on === "success" ? outcome === "success" : failed);
}
