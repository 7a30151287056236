import type { Held, OutputChunk, ReportRequest, Result, Returned } from "../model/mod.ts";
import type { ChunkSource } from "./output.ts";
import { SpoolSource } from "./spool_source.ts";
import type { Run } from "./run.ts";

/** What one report says. */
export type Batch = Pick<ReportRequest, "started" | "chunks" | "results"> & { returned: Returned[] };

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

/** Pause before a result, or a claim, is sent again that the server got and did not take. */
const UNTAKEN_PAUSE_MS = 1_000;
/** Rough size of an item of a report beside its data. */
const ITEM_BYTES = 200;

/** What is to be reported. One batch is out at a time: after `next`, `settle` it before the next `next`. */
export class Outbox {
  readonly #maxBytes: number;
  readonly #starts = new Set<Run>();
  readonly #streams = new Map<Run, boolean>();
  readonly #deliveries = new Map<string, Delivery>();
  /** Claims handed back, until the server has said that it has them. */
  readonly #returns = new Map<string, { claim: Returned; notBeforeMs: number }>();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** How many results are not delivered, and claims not handed back. */
  get size(): number {
    return this.#deliveries.size + this.#returns.size;
  }

  /** Whether a claim is on its way back. */
  isReturning(execution: string): boolean {
    return this.#returns.has(execution);
  }

  /** Hands a claim back. */
  return(claim: Returned): void {
    this.#returns.set(claim.execution, { claim, notBeforeMs: 0 });
  }

  /** The spool has dropped the output of a result; one whose output is on its way keeps it. */
  dropOutput(result: Result): void {
    const delivery = this.#deliveries.get(result.execution);
    if (delivery?.source instanceof SpoolSource && !delivery.source.begun) delivery.result = result;
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
    const started = [...this.#starts].map((run) => run.held());
    const returns = [...this.#returns.values()].filter(({ notBeforeMs }) => notBeforeMs <= nowMs);
    const batch: Batch = { started, chunks: [], results: [], returned: returns.map(({ claim }) => claim) };
    this.#starts.clear();
    let roomBytes = this.#maxBytes;
    for (const [run, followed] of this.#streams) {
      if (roomBytes <= 0) break;
      this.#streams.delete(run);
      const chunks = run.output.takeDue(nowMs, followed);
      batch.chunks.push(...chunks.map((chunk) => ({ ...chunk, uid: run.assignment.uid })));
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
    for (const claim of batch.returned) {
      if (done.has(claim.execution)) this.#returns.delete(claim.execution);
      else this.#returns.set(claim.execution, { claim, notBeforeMs: nowMs + UNTAKEN_PAUSE_MS });
    }
    return over;
  }

  /** Lines of a poll: executions that the server has to be told the end or the return of. */
  held(): Held[] {
    const ended = [...this.#deliveries.values()].map(({ result: { execution, startedAfterMs } }) => ({
      execution,
      startedAfterMs,
    }));
    return [...ended, ...[...this.#returns.keys()].map((execution) => ({ execution, startedAfterMs: null }))];
  }
}

/** The same items, each in a batch of its own. */
export function singly(batch: Batch): Batch[] {
  const { started, chunks, results, returned } = batch;
  const nothing: Batch = { started: [], chunks: [], results: [], returned: [] };
  return [
    ...started.map((held) => ({ ...nothing, started: [held] })),
    ...chunks.map((chunk) => ({ ...nothing, chunks: [chunk] })),
    ...results.map((result) => ({ ...nothing, results: [result] })),
    ...returned.map((claim) => ({ ...nothing, returned: [claim] })),
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
    batch.chunks.push({ ...chunk, uid: delivery.result.uid });
    roomBytes -= chunkBytes(chunk);
  }
  return roomBytes;
}

function chunkBytes(chunk: OutputChunk): number {
  return chunk.data.length + ITEM_BYTES;
}

function isEmpty({ started, chunks, results, returned }: Batch): boolean {
  return started.length + chunks.length + results.length + returned.length === 0;
}
