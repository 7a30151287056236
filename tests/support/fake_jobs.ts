import type { Actor } from "../../src/model/mod.ts";
import type { JobChanges } from "../../routes/deps.ts";
import { emptyStat, type Job, type JobDefinition, type JobView, parentsOf, type Stat } from "../../src/model/mod.ts";
import { CarillonError } from "../../src/runtime/mod.ts";
import { nextTime, parseSchedule } from "../../src/schedule/mod.ts";

/** Jobs in memory, with as much of the job service's behaviour as the HTTP edge can see. */
export class FakeJobs implements JobChanges {
  readonly byName = new Map<string, { job: Job; stat: Stat }>();
  refuse = false;
  #now: () => number;
  #made = 0;
  #forget: (name: string) => void;

  constructor(now: () => number, forget: (name: string) => void) {
    this.#now = now;
    this.#forget = forget;
  }

  view(name: string): JobView | null {
    const found = this.byName.get(name);
    if (!found) return null;
    const { definition } = found.job;
    const schedule = definition.schedule === "" || definition.disabled ? null : this.#schedule(definition);
    const dependents = [...this.byName.values()].map(({ job }) => job.definition)
      .filter((other) => parentsOf(other).some((edge) => edge.job === name)).map((other) => other.name);
    return { ...found, nextAt: schedule ? nextTime(schedule, this.#now()) ?? null : null, dependents };
  }

  put(definition: JobDefinition, options: { ifMatch: string | null; restore: boolean }) {
    return this.#try(() => {
      const { name } = definition;
      if (this.refuse && !options.restore) {
        throw new CarillonError("paused", "New job submissions are currently paused");
      }
      const before = this.byName.get(name);
      this.#match(name, options.ifMatch);
      if (definition.schedule !== "") this.#schedule(definition);
      for (const { job } of parentsOf(definition)) this.#checkParent(name, job);
      const job = this.#next(before?.job, definition);
      this.byName.set(name, { job, stat: before?.stat ?? emptyStat });
      return { job, created: !before };
    });
  }

  remove(name: string, options: { ifMatch: string | null }) {
    return this.#try(() => {
      const view = this.#existing(name);
      this.#match(name, options.ifMatch);
      if (view.dependents.length > 0) {
        const children = view.dependents.join(", ");
        throw new CarillonError("has_dependents", `Cannot delete job "${name}": jobs depend on it: ${children}`);
      }
      this.byName.delete(name);
      this.#forget(name);
      return view;
    });
  }

  toggle(name: string, options: { ifMatch: string | null }) {
    return this.#try(() => {
      const { job } = this.#existing(name);
      this.#match(name, options.ifMatch);
      return this.#set(name, this.#next(job, { ...job.definition, disabled: !job.definition.disabled }));
    });
  }

  pause(name: string, pause: { policy: "skip" | "last" | "all"; note: string }, { by }: Actor) {
    return this.#try(() => {
      const { job } = this.#existing(name);
      return this.#set(name, { ...job, pause: { ...pause, by, from: this.#now() } });
    });
  }

  unpause(name: string) {
    return this.#try(() => this.#set(name, { ...this.#existing(name).job, pause: null, unpausedAt: this.#now() }));
  }

  async restore(definitions: readonly JobDefinition[]) {
    const lines: string[] = [];
    const parentsFirst = definitions.toSorted((a, b) => parentsOf(a).length - parentsOf(b).length);
    for (const definition of parentsFirst) {
      const stored = await this.put(definition, { ifMatch: null, restore: true }).then(() => true, () => false);
      lines.push(`${stored ? "success" : "fail"} create ${definition.name}`);
    }
    return lines;
  }

  clearHistory(name: string) {
    return this.#try(() => {
      const { job } = this.#existing(name);
      this.#forget(name);
      this.byName.set(name, { job, stat: emptyStat });
      return this.#existing(name);
    });
  }

  refuseNewJobs(refuse: boolean) {
    this.refuse = refuse;
    return Promise.resolve();
  }

  newJobsRefused() {
    return Promise.resolve(this.refuse);
  }

  #try<T>(step: () => T): Promise<T> {
    return Promise.resolve().then(step);
  }

  #schedule(definition: JobDefinition) {
    return parseSchedule(definition.schedule, { timezone: definition.timezone, jobName: definition.name });
  }

  #existing(name: string): JobView {
    const view = this.view(name);
    if (!view) throw new CarillonError("not_found", `Cannot find job "${name}"`);
    return view;
  }

  #match(name: string, ifMatch: string | null): void {
    if (ifMatch === null) return;
    const job = this.byName.get(name)?.job;
    if (job && (ifMatch === "*" || ifMatch === `"${job.uid}-${job.revision}"`)) return;
    throw new CarillonError("stale", `Cannot change job "${name}": it is no longer ${ifMatch}`);
  }

  #checkParent(name: string, parent: string): void {
    const found = this.byName.get(parent);
    if (!found) throw new CarillonError("not_found", `Cannot store job "${name}": specified parent job not found`);
    for (const { job } of parentsOf(found.job.definition)) {
      if (job === name) throw new CarillonError("cycle", `Cannot store job "${name}": ${name} > ${parent} > ${name}`);
      this.#checkParent(name, job);
    }
  }

  #next(before: Job | undefined, definition: JobDefinition): Job {
    const now = this.#now();
    return {
      uid: before?.uid ?? `u${++this.#made}`,
      revision: (before?.revision ?? 0) + 1,
      createdAt: before?.createdAt ?? now,
      updatedAt: now,
      pause: before?.pause ?? null,
      unpausedAt: before?.unpausedAt ?? null,
      definition,
    };
  }

  #set(name: string, job: Job): Job {
    const stat = this.byName.get(name)?.stat ?? emptyStat;
    this.byName.set(name, { job, stat });
    return job;
  }
}
