import type { EndedExecution, Execution } from "../model/mod.ts";
import { messageOf } from "../runtime/mod.ts";
import { revisionKey, revisionTable, tombKey, tombTable } from "../store/mod.ts";
import { Span } from "../trace/mod.ts";
import { applyEvent, type AttemptEvent } from "./apply_event.ts";
import { Draft } from "./draft.ts";
import type { EndContext, FinishDeps } from "./end_context.ts";

interface Pending {
  event: AttemptEvent;
  resolve: (execution: Execution | null) => void;
  reject: (thrown: unknown) => void;
}

/** Events of one job decided in one commit, at most. */
const MOST_EVENTS = 20;

/** Checks of a commit that are left to what events have in common, at first: slot, group, statistic, gate. */
const OTHER_CHECKS = 5;

/**
 * Everything that happens to attempts after their claim, and every end of one. Events of one job are decided one after
 * another and committed together; different jobs do not wait for each other.
 */
export class Finisher {
  readonly deps: FinishDeps;
  readonly #waiting = new Map<string, Pending[]>();

  constructor(deps: FinishDeps) {
    this.deps = deps;
  }

  /** Applies an event; answers the execution as it then is, null when there is none. Throws `unavailable`. */
  submit(uid: string, event: AttemptEvent): Promise<Execution | null> {
    const { promise, resolve, reject } = Promise.withResolvers<Execution | null>();
    const pending = { event, resolve, reject };
    const line = this.#waiting.get(uid);
    if (line) line.push(pending);
    else {
      this.#waiting.set(uid, [pending]);
      queueMicrotask(() => this.#work(uid));
    }
    return promise;
  }

  /** Works off the line of one job; the line stays registered while it is worked on. */
  async #work(uid: string): Promise<void> {
    const line = this.#waiting.get(uid) ?? [];
    while (line.length > 0) {
      const batch = line.splice(0, this.#eventsAtOnce());
      try {
        const ends = await this.#commit(uid, batch.map(({ event }) => event));
        line.unshift(...batch.splice(ends.length));
        batch.forEach(({ resolve }, i) => resolve(ends[i] ?? null));
      } catch (thrown) {
        if (batch.length > 1) line.unshift(...batch.splice(1));
        this.deps.log.error(`Cannot store what became of a run: ${messageOf(thrown)}`, { uid });
        batch.forEach(({ reject }) => reject(thrown));
      }
    }
    this.#waiting.delete(uid);
  }

  /** Ends of one group check an execution each and the group together; what does not fit after all is halved. */
  #eventsAtOnce(): number {
    const { checks } = this.deps.store.engine.profile.limits;
    return Math.max(1, Math.min(MOST_EVENTS, checks - OTHER_CHECKS));
  }

  /** Commits the first of these events, all where one commit can carry them; answers what became of each. */
  async #commit(uid: string, events: readonly AttemptEvent[]): Promise<(Execution | null)[]> {
    const { store, clock } = this.deps;
    const startedAtMs = clock.now();
    const doubted = new Set<string>();
    while (true) {
      const context = this.#context(uid);
      const ends: (Execution | null)[] = [];
      for (const event of events) ends.push(await applyEvent(event, context));
      const change = context.draft.finish();
      if (events.length > 1 && !change.change.fits(store.engine.profile.limits)) {
        return await this.#commit(uid, events.slice(0, events.length >>> 1));
      }
      if (change.written.length === 0) {
        // No commit proves that what is remembered is so: another server may have written since, and where one record is
        // gone, an older one may be remembered elsewhere.
        const remembered = [...change.change.checks].filter(([name]) => !doubted.has(name));
        if (store.engine.profile.soleWriter || remembered.length === 0) return ends;
        for (const [name, { key }] of remembered) {
          doubted.add(name);
          store.forget(key);
        }
        continue;
      }
      if ((await store.commit(change)).outcome === "refused") continue;
      for (const { success, endedAtMs } of context.counted) this.deps.counter.count(success, endedAtMs);
      for (const execution of context.ended) noteEnd(execution, startedAtMs);
      return ends;
    }
  }

  #context(uid: string): EndContext {
    const { store, catalogue, open } = this.deps;
    return {
      draft: new Draft(store, open, uid),
      deps: this.deps,
      counted: [],
      ended: [],
      definition: async (revision) =>
        (await store.get(revisionTable, revisionKey(uid, revision))).value?.definition ?? null,
      jobExists: async () =>
        catalogue.byUid(uid) !== undefined || (await store.get(tombTable, tombKey(uid))).value === null,
    };
  }
}

/** Its trace tells how it ended, and how long it took to store that. */
function noteEnd(execution: EndedExecution, startedAtMs: number): void {
  const { id, attempt, state, node, exitCode, reason } = execution;
  const attributes = { execution: id, attempt, state, node, exitCode };
  const failure = state === "success" ? null : reason ?? state;
  new Span("finish", execution, { startedAtMs, attributes }).end({}, failure);
}
