import type { Client, OutputPiece } from "../client/mod.ts";
import { CarillonError, type Clock } from "../runtime/mod.ts";

/** How often in a row a broken connection is made again, and how long after it broke, in milliseconds. */
const MOST_BREAKS = 5;
const PAUSE_MS = 1_000;

/** How an execution ended. */
export type OutputEnd = Extract<OutputPiece, { kind: "end" }>;

/** A piece that an execution wrote, or a mark where some was dropped. */
export type WrittenPiece = Exclude<OutputPiece, OutputEnd>;

/** Where a reader is. `breaks` counts broken connections since the last piece. */
interface Place {
  lastId: number | undefined;
  breaks: number;
}

/**
 * Hands each piece of an execution's live output to `show`, until it has ended; a broken connection is made again where
 * it broke. Throws what the client throws.
 */
export async function followOutput(
  deps: { client: Client; clock: Clock },
  execution: { job: string; id: string },
  show: (piece: WrittenPiece) => void,
): Promise<OutputEnd> {
  const place: Place = { lastId: undefined, breaks: 0 };
  while (place.breaks <= MOST_BREAKS) {
    if (place.breaks > 0) await deps.clock.sleep(PAUSE_MS);
    try {
      const end = await readOn(deps.client, execution, place, show);
      if (end) return end;
    } catch (thrown) {
      if (!isBreak(thrown) || place.breaks === MOST_BREAKS) throw thrown;
    }
    place.breaks++;
  }
  throw new CarillonError("unavailable", `Cannot follow execution "${execution.id}": its output breaks off`);
}

/** Reads until the end, or undefined when the connection is closed before it. */
async function readOn(
  client: Client,
  { job, id }: { job: string; id: string },
  place: Place,
  show: (piece: WrittenPiece) => void,
): Promise<OutputEnd | undefined> {
  for await (const piece of client.follow(job, id, { lastId: place.lastId })) {
    if (piece.kind === "end") return piece;
    if (piece.kind === "bytes") place.lastId = piece.id;
    place.breaks = 0;
    show(piece);
  }
}

/** Fetch tells a connection that broke off in the middle as a TypeError. */
function isBreak(thrown: unknown): boolean {
  return thrown instanceof TypeError || (thrown instanceof CarillonError && thrown.code === "unavailable");
}
