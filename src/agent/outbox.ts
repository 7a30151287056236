import type { Held, OutputChunk, ReportRequest, Result } from "../model/mod.ts";
import type { ChunkSource } from "./output.ts";
import type { Run } from "./run.ts";

/** What one report says. */
export type Batch = Pick<ReportRequest, "started" | "chunks" | "results">;

/** A result to be delivered, after the chunks of its source. */
export interface Delivery {
  incarnation: string;
  result: Result;
  source: ChunkSource;
  /** Whether it stands on disk as well. */
  spooled: boolean;
  /** Not to be sent before this time (monotonic milliseconds). */
  notBeforeMs: number;
}

/** Pause before a result is sent again that the server got and did not take. */
const UNTAKEN_PAUSE_MS = 1_000;
/** Rough size of an item of a report beside its data. */
const ITEM_BYTES = 200;

/** What is to be reported. One batch is out at a time: after `next`, `settle` it before the next `next`. */
export class Outbox {
  readonly #maxBytes: number;
  readonly #starts = new Set<Run>();
  readonly #streams = new Map<Run, boolean>();
  readonly #deliveries = new Map<string, Delivery>();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** How many results are not delivered. */
  get size(): number {
    return this.#deliveries.size;
  }

  /** The results not delivered, oldest first. */
  deliveries(): Iterable<Delivery> {
    return this.#deliveries.values();
  }

  /** Says that a run has started. */
  announce(run: Run): void {
    run.announced = true;
    this.#starts.add(run);
  }

  /** Sends what output of a run is due. */
  stream(run: Run, followed: boolean): void {
    this.#streams.set(run, followed);
  }

  /** A run is over: its result says the rest. */
  forget(run: Run): void {
    this.#starts.delete(run);
    this.#streams.delete(run);
  }

  /** Adds a result. */
  add(delivery: Delivery): void {
    this.#deliveries.set(delivery.result.execution, delivery);
  }

  /** The next batch, taken at this time (monotonic milliseconds); undefined when there is nothing to say. */
  next(nowMs: number): Batch | undefined {
    const batch: Batch = { started: [...this.#starts].map((run) => run.held()), chunks: [], results: [] };
    this.#starts.clear();
    let roomBytes = this.#maxBytes;
    for (const [run, followed] of this.#streams) {
      if (roomBytes <= 0) break;
      this.#streams.delete(run);
      const chunks = run.output.takeDue(nowMs, followed);
      batch.chunks.push(...chunks);
      roomBytes -= chunks.reduce((sum, chunk) => sum + chunkBytes(chunk), 0);
    }
    for (const delivery of this.#deliveries.values()) {
      if (roomBytes <= 0) break;
      if (delivery.notBeforeMs <= nowMs) roomBytes = pack(delivery, batch, roomBytes);
    }
    return isEmpty(batch) ? undefined : batch;
  }

  /** A batch was delivered, and the server took these results; answers the deliveries that are over. */
  settle(batch: Batch, done: ReadonlySet<string>, nowMs: number): Delivery[] {
    const over: Delivery[] = [];
    for (const { execution } of batch.results) {
      const delivery = this.#deliveries.get(execution);
      if (!delivery) continue;
      if (!done.has(execution)) {
        delivery.notBeforeMs = nowMs + UNTAKEN_PAUSE_MS;
        continue;
      }
      this.#deliveries.delete(execution);
      delivery.source[Symbol.dispose]();
      over.push(delivery);
    }
    return over;
  }

  /** Lines of a poll: executions that the server has to be told the end of. */
  held(): Held[] {
    return [...this.#deliveries.values()].map(({ result: { execution, startedAfterMs } }) => ({
      execution,
      startedAfterMs,
    }));
  }
}

/** The same items, each in a batch of its own. */
export function singly(batch: Batch): Batch[] {
  const { started, chunks, results } = batch;
  return [
    ...started.map((held) => ({ started: [held], chunks: [], results: [] })),
    ...chunks.map((chunk) => ({ started: [], chunks: [chunk], results: [] })),
    ...results.map((result) => ({ started: [], chunks: [], results: [result] })),
  ];
}

/** The tail goes before the result: in this batch as far as there is room, and the result when all of it is in. */
function pack(delivery: Delivery, batch: Batch, roomBytes: number): number {
  while (roomBytes > 0) {
    const chunk = delivery.source.next();
    if (!chunk) {
      batch.results.push(delivery.result);
      return roomBytes - ITEM_BYTES - (delivery.result.output.inline?.length ?? 0);
    }
    batch.chunks.push(chunk);
    roomBytes -= chunkBytes(chunk);
  }
  return roomBytes;
}

function chunkBytes(chunk: OutputChunk): number {
  return chunk.data.length + ITEM_BYTES;
}

function isEmpty({ started, chunks, results }: Batch): boolean {
  return started.length + chunks.length + results.length === 0;
}
