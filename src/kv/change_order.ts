import type { Change } from "./change.ts";
import type { CommitResult } from "./committer.ts";

/** A submitted change: its submitter's promise, how many earlier changes it waits for, and which later ones wait for it. */
export interface Ticket {
  readonly change: Change;
  readonly resolve: (result: CommitResult) => void;
  readonly reject: (reason: unknown) => void;
  blockers: number;
  readonly followers: Ticket[];
}

/** Who last wrote a key, and who checks it since; all of them waiting or in flight. */
interface KeyUse {
  writer: Ticket | undefined;
  readers: Set<Ticket> | undefined;
}

/** Changes that did not join a batch before it is sent as it is. */
const MAX_MISSES = 16;

/**
 * Lets changes run side by side where they share no key that one of them writes, and in the order of their arrival where
 * they do. A check of a key waits for its last writer, a write waits for that writer and for all checks since, as with a
 * lock for many readers or one writer. The cost is two look-ups for each key of a change, however many wait.
 */
export class ChangeOrder {
  readonly #uses = new Map<string, KeyUse>();
  #ready: Ticket[] = [];
  /** Tickets at the head of `#ready` that are taken already. */
  #taken = 0;

  /** Whether a change can go now. */
  get hasReady(): boolean {
    return this.#ready.length > this.#taken;
  }

  /** Puts a change at the end of the line. */
  add(ticket: Ticket): void {
    const { checks, writes } = ticket.change;
    for (const key of writes.keys()) this.#addWriter(key, ticket);
    for (const key of checks.keys()) {
      if (!writes.has(key)) this.#addReader(key, ticket);
    }
    if (ticket.blockers === 0) this.#ready.push(ticket);
  }

  /** Takes changes that can go now, in order, as long as `joins` accepts them; what it refused goes first the next time. */
  takeReady(joins: (change: Change) => boolean): Ticket[] {
    const taken: Ticket[] = [];
    const missed: Ticket[] = [];
    while (missed.length < MAX_MISSES) {
      const ticket = this.#ready[this.#taken];
      if (!ticket) break;
      this.#taken++;
      (joins(ticket.change) ? taken : missed).push(ticket);
    }
    for (const ticket of missed.reverse()) this.#ready[--this.#taken] = ticket;
    this.#compact();
    return taken;
  }

  /** Ends a taken change: those that waited for it alone can go. */
  done(ticket: Ticket): void {
    const { checks, writes } = ticket.change;
    for (const key of writes.keys()) this.#forget(key, ticket);
    for (const key of checks.keys()) {
      if (!writes.has(key)) this.#forget(key, ticket);
    }
    for (const follower of ticket.followers) {
      if (--follower.blockers === 0) this.#ready.push(follower);
    }
  }

  #addWriter(key: string, ticket: Ticket): void {
    const use = this.#uses.get(key);
    if (!use) {
      this.#uses.set(key, { writer: ticket, readers: undefined });
      return;
    }
    if (use.writer) follow(use.writer, ticket);
    if (use.readers) { for (const reader of use.readers) follow(reader, ticket); }
    use.writer = ticket;
    use.readers = undefined;
  }

  #addReader(key: string, ticket: Ticket): void {
    const use = this.#uses.get(key);
    if (!use) {
      this.#uses.set(key, { writer: undefined, readers: new Set([ticket]) });
      return;
    }
    if (use.writer) follow(use.writer, ticket);
    (use.readers ??= new Set()).add(ticket);
  }

  /** A use that a later writer took over is that writer's; it is gone when nobody is left. */
  #forget(key: string, ticket: Ticket): void {
    const use = this.#uses.get(key);
    if (!use) return;
    if (use.writer === ticket) use.writer = undefined;
    else use.readers?.delete(ticket);
    if (!use.writer && !use.readers?.size) this.#uses.delete(key);
  }

  #compact(): void {
    if (this.#taken < this.#ready.length && this.#taken < 1024) return;
    this.#ready = this.#ready.slice(this.#taken);
    this.#taken = 0;
  }
}

function follow(earlier: Ticket, later: Ticket): void {
  earlier.followers.push(later);
  later.blockers++;
}
