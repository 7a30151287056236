import type { Effect } from "../model/mod.ts";
import { CarillonError, type Clock, Doorbell, type Log, messageOf } from "../runtime/mod.ts";
import type { Bell } from "../bell/mod.ts";
import { EFFECT_BELL, EFFECT_SHARDS } from "../finish/mod.ts";
import {
  covered,
  deadKey,
  deleteEffect,
  effectKey,
  effectPrefix,
  effectTable,
  type Found,
  putDead,
  putEffect,
  type Store,
  StoreChange,
} from "../store/mod.ts";

/** Does one effect. What it changes in the store it adds to the change, which also takes the effect away. */
export type EffectHandler<K extends Effect["kind"]> = (
  effect: Extract<Effect, { kind: K }>,
  change: StoreChange,
) => Promise<{ after?: () => Promise<void> } | void>;

/** One handler for each kind of effect. */
export type EffectHandlers = { [K in Effect["kind"]]: EffectHandler<K> };

/** Tries of an effect before it is given up and shown as dead. */
const TRIES = 10;

/** Longest pause between two tries, in milliseconds. */
const LONGEST_PAUSE_MS = 60_000;

/** Effects worked on side by side. */
const AT_ONCE = 1000;

/** How often to look without being rung, in milliseconds. */
const LOOK_EVERY_MS = 5_000;

/** What the worker of effects works with. */
export interface EffectWorkerDeps {
  store: Store;
  bell: Bell;
  clock: Clock;
  log: Log;
  handlers: EffectHandlers;
  /** Whether this server is the one that works on a shard. */
  minds: (shard: number) => boolean;
}

/** Works off what is owed after ends of groups. */
export class EffectWorker {
  readonly #deps: EffectWorkerDeps;

  constructor(deps: EffectWorkerDeps) {
    this.#deps = deps;
  }

  /** Works until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { bell, clock, log } = this.#deps;
    const rung = new Doorbell();
    using _bell = bell.on(EFFECT_BELL, () => rung.wake());
    while (!signal.aborted) {
      let waitMs = LOOK_EVERY_MS;
      try {
        waitMs = Math.min(waitMs, await this.pass());
      } catch (thrown) {
        log.error(`Cannot work on effects: ${messageOf(thrown)}`, { error: thrown });
      }
      await rung.wait(clock, waitMs, signal);
    }
  }

  /**
   * Works once on what is owed and may be tried now, at most 1,000 effects; answers how long until the next try is due, in
   * milliseconds: 0 when more may be tried now.
   */
  async pass(): Promise<number> {
    const nowMs = this.#deps.clock.now();
    const due: Found<Effect>[] = [];
    let soonestMs = Infinity;
    for await (const found of this.#owed()) {
      const pauseMs = found.value.notBefore - nowMs;
      // A longer one was written by a clock that is wrong, or this one is.
      if (pauseMs > 0 && pauseMs <= LONGEST_PAUSE_MS) soonestMs = Math.min(soonestMs, pauseMs);
      else if (due.push(found) === AT_ONCE) break;
    }
    const nextMs = await Promise.all(due.map((found) => this.#work(found)));
    return due.length === AT_ONCE ? 0 : Math.min(soonestMs, ...nextMs);
  }

  /** Effects of the shards that this server works on, those in a pause too. */
  async *#owed(): AsyncGenerator<Found<Effect>> {
    const { store, minds } = this.#deps;
    for (let shard = 0; shard < EFFECT_SHARDS; shard++) {
      if (!minds(shard)) continue;
      const first = shard;
      while (shard + 1 < EFFECT_SHARDS && minds(shard + 1)) shard++;
      // Neighbours in one list: a server alone asks the store once.
      const range = { prefix: effectPrefix(), start: effectKey(first, ""), end: effectKey(shard + 1, "") };
      yield* store.scan(effectTable, range);
    }
  }

  /** Works on one effect; answers how long until it is to be looked at again. */
  async #work(found: Found<Effect>): Promise<number> {
    try {
      const change = new StoreChange();
      deleteEffect(change, found);
      const done = await this.#handle(found.value, change);
      const { outcome } = await this.#deps.store.commit(change);
      if (outcome === "refused") return 0;
      await done?.after?.();
      return Infinity;
    } catch (thrown) {
      if (thrown instanceof CarillonError && thrown.code === "unavailable") throw thrown;
      return await this.#fail(found, thrown);
    }
  }

  #handle(effect: Effect, change: StoreChange): ReturnType<EffectHandler<Effect["kind"]>> {
    const { handlers } = this.#deps;
    switch (effect.kind) {
      case "dependent":
        return handlers.dependent(effect, change);
      case "ephemeral":
        return handlers.ephemeral(effect, change);
      case "after_end":
        return handlers.after_end(effect, change);
      default:
        return effect satisfies never;
    }
  }

  async #fail(found: Found<Effect>, thrown: unknown): Promise<number> {
    const { store, clock, log } = this.#deps;
    const attempts = found.value.attempts + 1;
    const pauseMs = Math.min(500 * 2 ** attempts, LONGEST_PAUSE_MS);
    const failed: Effect = {
      ...found.value,
      attempts,
      notBefore: clock.now() + pauseMs,
      lastError: messageOf(thrown),
    };
    const change = new StoreChange();
    const dead = attempts >= TRIES;
    if (!dead) putEffect(change, found, failed);
    else {
      deleteEffect(change, found);
      putDead(change, covered(deadKey(failed.id)), failed);
    }
    await store.commit(change);
    log.error(`Cannot do what is owed: ${messageOf(thrown)}`, { effect: failed.id, attempts, dead });
    return dead ? Infinity : pauseMs;
  }
}
