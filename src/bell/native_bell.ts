import { z } from "zod";
import { aborted, type Clock, type Log, messageOf } from "../runtime/mod.ts";
import type { KvAtomic, KvQueue } from "../kv/mod.ts";
import type { Bell, RungBy } from "./bell.ts";
import { LocalBell } from "./local_bell.ts";

/** Shortest time between two queued messages of one bell, in milliseconds. */
const QUEUE_EACH_MS = 100;
/**
 * A message is delivered this long after its commit, in milliseconds: late enough to stand for the commits of the next
 * 100 ms, which queue none. Nobody waits for it, as the process itself rings at once.
 */
const DELIVER_AFTER_MS = 200;
/** Bells remembered before those that rang long ago are forgotten. */
const REMEMBERED_BELLS = 256;

/** Every message that the store's queue carries. */
const QueueMessage = z.discriminatedUnion("kind", [
  z.object({ v: z.literal(1), kind: z.literal("ring"), names: z.array(z.string()) }),
]);
type QueueMessage = z.infer<typeof QueueMessage>;

/** What a native bell works with. */
export interface NativeBellDeps {
  queue: KvQueue;
  clock: Clock;
  log: Log;
}

/**
 * The bell of a store with a queue: rings in the process after a commit, and puts into commits at most one message for
 * each bell and 100 ms, so that what was committed before a crash rings after it.
 */
export class NativeBell implements Bell {
  readonly #deps: NativeBellDeps;
  readonly #local: LocalBell;
  /** Monotonic milliseconds at which each bell was last put into a commit. */
  readonly #queuedAtMs = new Map<string, number>();

  constructor(deps: NativeBellDeps) {
    this.#deps = deps;
    this.#local = new LocalBell(deps);
  }

  on(name: string, wake: (by: RungBy) => void): Disposable {
    return this.#local.on(name, wake);
  }

  ring(names: Iterable<string>): void {
    this.#local.ring(names);
  }

  /** One message at most, with the bells that had none lately. */
  decorate(atomic: KvAtomic, names: Iterable<string>): void {
    const nowMs = this.#deps.clock.monotonic();
    const due = Array.from(names).filter((name) => nowMs - (this.#queuedAtMs.get(name) ?? -Infinity) >= QUEUE_EACH_MS);
    if (due.length === 0) return;
    const message: QueueMessage = { v: 1, kind: "ring", names: due };
    this.#deps.queue.enqueue(atomic, message, DELIVER_AFTER_MS);
    for (const name of due) this.#queuedAtMs.set(name, nowMs);
    if (this.#queuedAtMs.size > REMEMBERED_BELLS) this.#forgetBefore(nowMs - QUEUE_EACH_MS);
  }

  /** Listens to the queue; the queue itself goes on until the engine closes, so this runs once a process. */
  async run(signal: AbortSignal): Promise<void> {
    this.#deps.queue.listen((message) => {
      if (!signal.aborted) this.#receive(message);
    }).catch((thrown: unknown) => {
      this.#deps.log.warn(`Cannot listen to the store's queue: ${messageOf(thrown)}`, { error: thrown });
    });
    await aborted(signal);
  }

  /** Never throws: a message that can't be read is acknowledged, as it would come back for ever else. */
  #receive(message: unknown): void {
    const parsed = QueueMessage.safeParse(message);
    if (!parsed.success) {
      this.#deps.log.warn("Dropped a queue message that is not known here", { error: parsed.error });
      return;
    }
    this.ring(parsed.data.names);
  }

  #forgetBefore(ms: number): void {
    for (const [name, atMs] of this.#queuedAtMs) {
      if (atMs <= ms) this.#queuedAtMs.delete(name);
    }
  }
}
