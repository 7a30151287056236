import type { Effect } from "../model/mod.ts";
import { CarillonError, type Clock, Doorbell, type Log, messageOf } from "../runtime/mod.ts";
import type { Bell } from "../bell/mod.ts";
import { EFFECT_BELL } from "../finish/mod.ts";
import {
  covered,
  deadKey,
  deleteEffect,
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

  /** Works once on everything owed; answers how long until the next try is due, in milliseconds. */
  async pass(): Promise<number> {
    const { store, clock, minds } = this.#deps;
    const nowMs = clock.now();
    let soonestMs = Infinity;
    const all = await store.list(effectTable, { prefix: effectPrefix() }, { limit: 1000 });
    const owed = all.filter(({ key }) => minds(Number(key[1])));
    await Promise.all(owed.map(async (found) => {
      if (found.value.notBefore > nowMs) soonestMs = Math.min(soonestMs, found.value.notBefore - nowMs);
      else soonestMs = Math.min(soonestMs, await this.#work(found));
    }));
    return owed.length === 1000 ? 0 : soonestMs;
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
