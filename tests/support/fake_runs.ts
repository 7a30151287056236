import type { Actor } from "../../src/model/mod.ts";
import type { Outputs, Runs } from "../../routes/deps.ts";
import {
  countGroup,
  type EndedExecution,
  type EndedState,
  type Execution,
  executionId,
  type Group,
  isEnded,
  noOutput,
  outcomeOf,
  type RunningExecution,
} from "../../src/model/mod.ts";
import type { OutputEvent } from "../../src/output/mod.ts";
import { CarillonError, encodeTime } from "../../src/runtime/mod.ts";
import type { FakeJobs } from "./fake_jobs.ts";

/**
 * Runs in memory. A run is over at once; what its `command` says decides how: `echo x` writes x, `exit 3` fails with
 * 3, `sleep …` runs until it is cancelled.
 */
export class FakeRuns implements Runs, Outputs {
  readonly executions = new Map<string, Execution[]>();
  readonly written = new Map<string, Uint8Array>();
  readonly #jobs: FakeJobs;
  readonly #now: () => number;
  readonly #byKey = new Map<string, Group>();
  #made = 0;

  constructor(jobs: FakeJobs, now: () => number) {
    this.#jobs = jobs;
    this.#now = now;
  }

  async start(
    name: string,
    options: { force: boolean; idempotencyKey: string | null },
    { by }: Actor,
  ): Promise<Group> {
    const known = this.#byKey.get(`${name}/${options.idempotencyKey}`);
    if (known && options.idempotencyKey !== null) return known;
    const found = this.#jobs.byName.get(name);
    if (!found) throw new CarillonError("not_found", `Cannot find job "${name}"`);
    const { definition } = found.job;
    if (definition.disabled) throw new CarillonError("disabled", `Cannot run job "${name}": it is disabled`);
    const running = (this.executions.get(name) ?? []).some((execution) => execution.state === "running");
    if (running && definition.concurrency === "forbid" && !options.force) {
      throw new CarillonError("overlap", `Cannot run job "${name}": it is running`);
    }
    const group = this.#group(name, by);
    this.#byKey.set(`${name}/${options.idempotencyKey}`, group);
    return await Promise.resolve(this.#run(group, String(definition.executorConfig?.command ?? "")));
  }

  ended(group: Group, _signal: AbortSignal): Promise<Group> {
    return Promise.resolve(group);
  }

  cancel(job: string, id: string, reason: string, { by }: Actor): Promise<Execution> {
    const list = this.executions.get(job) ?? [];
    const at = list.findIndex((execution) => execution.id === id);
    const execution = list[at];
    if (!execution) return Promise.reject(new CarillonError("not_found", `Cannot find execution "${id}"`));
    if (execution.state !== "running") return Promise.resolve(execution);
    const cancel = { kind: "cancel", by, reason, at: this.#now() } as const;
    list[at] = this.#ended(execution, "cancelled", null, { cancel, reason: reason || `cancelled by ${by}` });
    return Promise.resolve(list[at]);
  }

  whole(execution: Execution): Promise<Uint8Array> {
    return Promise.resolve(this.written.get(execution.id) ?? new Uint8Array());
  }

  async *follow(execution: Execution, from: number, signal: AbortSignal): AsyncIterable<OutputEvent> {
    const lines = (await this.whole(execution)).toBase64();
    if (lines !== "" && from <= 0) {
      yield { kind: "chunk", n: 0, data: Uint8Array.fromBase64(lines), skippedBytes: 0 };
    }
    if (isEnded(execution)) yield { kind: "end", n: 1, execution };
    else await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  }

  #group(name: string, by: string): Group {
    const createdAt = this.#now();
    const job = this.#jobs.byName.get(name)?.job;
    return {
      id: encodeTime(createdAt) + String(++this.#made).padStart(10, "0"),
      uid: job?.uid ?? "",
      jobName: name,
      revision: job?.revision ?? 0,
      trigger: "manual",
      dueAt: null,
      createdAt,
      requestedBy: by,
      gate: null,
      state: "open",
      lane: 4,
      startDeadlineMs: 36e5,
      targets: [{ selector: "any", attempt: 1, state: "open" }],
      endedAt: null,
      outcome: null,
    };
  }

  #run(group: Group, command: string): Group {
    const { jobName, uid, revision, createdAt, requestedBy } = group;
    const execution: RunningExecution = {
      id: executionId(group.id, 0, 1),
      uid,
      jobName,
      revision,
      group: group.id,
      target: 0,
      attempt: 1,
      trigger: "manual",
      dueAt: null,
      requestedBy,
      groupCreatedAt: createdAt,
      queuedAt: createdAt,
      selector: "any",
      lane: 4,
      startDeadlineMs: 36e5,
      lone: false,
      node: "n1",
      incarnation: "i1",
      claimedAt: createdAt,
      startedAt: createdAt,
      state: "running",
      cancel: null,
    };
    const list = this.executions.get(jobName) ?? [];
    this.executions.set(jobName, list);
    const [, verb, rest = ""] = /^(\w+) ?(.*)$/.exec(command) ?? [];
    if (verb === "sleep") {
      list.push(execution);
      return group;
    }
    if (verb === "echo") this.written.set(execution.id, new TextEncoder().encode(`${rest}\n`));
    const exitCode = verb === "exit" ? Number(rest) : 0;
    const state = exitCode === 0 ? "success" : "failed";
    list.push(this.#ended(execution, state, exitCode, { cancel: null, reason: null }));
    return this.#count({ ...group, state: "ended", endedAt: this.#now(), outcome: outcomeOf([state]) });
  }

  #ended(
    execution: RunningExecution,
    state: EndedState,
    exitCode: number | null,
    why: Pick<EndedExecution, "cancel" | "reason">,
  ): Execution {
    const bytes = this.written.get(execution.id);
    const output = bytes ? { sizeBytes: bytes.length, truncated: false, inline: bytes.toBase64() } : noOutput;
    const finishedAt = this.#now();
    return { ...execution, state, finishedAt, exitCode, output, holdsPlace: false, late: null, ...why };
  }

  #count(group: Group): Group {
    const found = this.#jobs.byName.get(group.jobName);
    if (found && group.outcome) found.stat = countGroup(found.stat, group.outcome, this.#now());
    return group;
  }
}
