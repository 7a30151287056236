import { z } from "zod";
import type { ClusterEvent, EventFilter } from "../../src/model/mod.ts";
import { invalid } from "../../src/runtime/mod.ts";
import { type StateOnWire, stateOnWire, STATES_ON_WIRE } from "./execution_answer.ts";
import { rfc3339 } from "./rfc3339.ts";

const KINDS = ["job", "execution", "node"] as const satisfies readonly ClusterEvent["kind"][];

/** A batch as it stands in the stream. */
export function eventBatchText(
  batch: { kind: "events"; next: string; events: readonly ClusterEvent[] } | { kind: "reset"; next: string },
): string {
  const data = batch.kind === "events" ? batch.events.map(eventAnswer) : {};
  return `id: ${batch.next}\nevent: ${batch.kind}\ndata: ${JSON.stringify(data)}\n\n`;
}

function eventAnswer(event: ClusterEvent) {
  const at = rfc3339(event.at);
  if (event.kind !== "execution") return { ...event, at };
  const { kind, job, execution, state, node } = event;
  return { kind, at, job, execution, state: stateOnWire(state), node_name: node ?? "" };
}

/** Which events are asked for. Throws `invalid`. */
export function readEventFilter(query: URLSearchParams): EventFilter {
  const asked = query.getAll("kind").flatMap((text) => text.split(",")).filter((name) => name !== "");
  const kinds = asked.map((name) => {
    const kind = KINDS.find((each) => each === name);
    if (kind !== undefined) return kind;
    throw invalid(`Cannot follow ${JSON.stringify(name)}: known are ${KINDS.join(", ")}`, [
      { path: "kind", message: `is none of ${KINDS.join(", ")}` },
    ]);
  });
  return { kinds: kinds.length > 0 ? kinds : null, job: query.get("job") || null };
}

const nameOf = z.string();

const eventAnswerSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("job"), at: nameOf, job: nameOf, change: z.enum(["stored", "deleted"]) }),
  z.object({
    kind: z.literal("execution"),
    at: nameOf,
    job: nameOf,
    execution: nameOf,
    state: z.enum(STATES_ON_WIRE),
    node_name: nameOf,
  }),
  z.object({ kind: z.literal("node"), at: nameOf, node: nameOf, change: z.enum(["changed", "forgotten"]) }),
]);

/** Something that has happened, as it was answered. */
export type EventReport =
  | Extract<ClusterEvent, { kind: "job" | "node" }>
  | { kind: "execution"; at: number; job: string; execution: string; state: StateOnWire; node: string };

/** What stands in the data of `events`. Throws where it is no such list. */
export function readEventsAnswer(answer: unknown): EventReport[] {
  return z.array(eventAnswerSchema).parse(answer).map((event) => {
    if (event.kind !== "execution") return { ...event, at: Date.parse(event.at) };
    const { node_name: node, ...same } = event;
    return { ...same, at: Date.parse(event.at), node };
  });
}
