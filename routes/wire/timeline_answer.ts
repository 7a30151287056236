import { z } from "zod";
import { type Decisive, FATES, type TimelineEntry, type TimelineRange } from "../../src/model/mod.ts";
import { stateOnWire, STATES_ON_WIRE } from "./execution_answer.ts";
import { readCount } from "./query.ts";
import { readMoment } from "./read_moment.ts";
import { rfc3339 } from "./rfc3339.ts";

/** Due times that one answer holds, unless it asks for fewer or more, and at most. */
const USUAL = 200, MOST = 1_000;

/** What lies around now, where nothing is said, in milliseconds. */
const AROUND_MS = 86_400_000;

const decisiveSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("execution"), id: z.string() }),
  z.object({
    kind: z.literal("pause"),
    of: z.enum(["job", "cluster"]),
    from: z.string(),
    by: z.string(),
    note: z.string(),
  }),
  z.object({ kind: z.literal("revision"), revision: z.number().int() }),
]);

/** A due time of a job: what became of it, or will, and why. */
export const timelineAnswerSchema = z.object({
  due_at: z.string(),
  fate: z.enum(FATES),
  reason: z.string().nullable(),
  /** Which execution was in the way, whose pause it was, which revision says so. */
  decisive: decisiveSchema.nullable(),
  executions: z.array(z.object({
    id: z.string(),
    state: z.enum(STATES_ON_WIRE),
    attempt: z.number().int(),
    node_name: z.string(),
  })),
});
/** A due time of a job on the wire. */
export type TimelineAnswer = z.infer<typeof timelineAnswerSchema>;

/** A due time on the wire. */
export function timelineAnswer({ dueAt, fate, reason, decisive, executions }: TimelineEntry): TimelineAnswer {
  return {
    due_at: rfc3339(dueAt),
    fate,
    reason,
    decisive: decisive && decisiveAnswer(decisive),
    executions: executions.map((execution) => ({
      id: execution.id,
      state: stateOnWire(execution.state),
      attempt: execution.attempt,
      node_name: "node" in execution ? execution.node ?? "" : "",
    })),
  };
}

function decisiveAnswer(decisive: Decisive): TimelineAnswer["decisive"] {
  return decisive.kind === "pause" ? { ...decisive, from: rfc3339(decisive.from) } : decisive;
}

/** A due time as it was answered, with times in epoch milliseconds. */
export function readTimelineAnswer({ due_at, executions, ...same }: TimelineAnswer) {
  return {
    ...same,
    dueAt: Date.parse(due_at),
    executions: executions.map(({ node_name: node, ...execution }) => ({ ...execution, node })),
  };
}
/** A due time as it was answered. */
export type TimelineReport = ReturnType<typeof readTimelineAnswer>;

/** The range that is asked for: a day before now and after it where nothing is said. Throws `invalid`. */
export function readTimelineRange(query: URLSearchParams, nowMs: number): TimelineRange {
  return {
    fromMs: readMoment(query, "from", "show a timeline") ?? nowMs - AROUND_MS,
    toMs: readMoment(query, "to", "show a timeline") ?? nowMs + AROUND_MS,
    limit: readCount(query.get("limit"), USUAL, MOST),
    isNewestFirst: query.get("order") === "newest",
  };
}
