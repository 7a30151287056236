import type { Kv, KvAtomic } from "./port.ts";
import type { Profile } from "./profile.ts";

/** The queue some engines have: it wakes, durably and with delays, and never holds the only copy of a fact. */
export interface KvQueue {
  /** Adds a message to a commit; it is delivered `delayMs` after it or later, if the commit is applied. */
  enqueue(atomic: KvAtomic, message: unknown, delayMs: number): void;
  /** Hands messages of any shape to `handler` until the engine closes; called once a process. */
  listen(handler: (message: unknown) => void): Promise<void>;
}

/** An opened store: the port, what is special about it, and its end. */
export interface Engine {
  readonly kv: Kv;
  readonly profile: Profile;
  /** Only where `profile.bell` is "queue". */
  readonly queue?: KvQueue;
  close(): Promise<void>;
}
