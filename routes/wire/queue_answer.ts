import { z } from "zod";
import type { Waiting, WaitsFor } from "../../src/model/mod.ts";
import { executionAnswer, executionAnswerSchema } from "./execution_answer.ts";
import { readCount } from "./query.ts";
import { type ExecutionReport, readExecutionAnswer } from "./read_answer.ts";
import { rfc3339 } from "./rfc3339.ts";

/** Executions that one answer holds, unless it asks for fewer or more, and at most. */
const USUAL = 200, MOST = 1_000;

const waitsForSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("time"), until: z.string() }),
  z.object({ kind: z.literal("pause"), of: z.enum(["job", "cluster"]) }),
  z.object({
    kind: z.literal("gate"),
    /** Who has the place; the job is null where it is no more, or another's. */
    holders: z.array(z.object({ job: z.string().nullable(), group: z.string() })),
  }),
  z.object({ kind: z.literal("node"), node_name: z.string().nullable(), tags: z.record(z.string(), z.string()) }),
  z.object({ kind: z.literal("slot"), nodes: z.array(z.string()) }),
]);

/** An execution that waits, and for what. */
export const waitingAnswerSchema = z.object({ execution: executionAnswerSchema, waits_for: waitsForSchema });
/** An execution that waits, and for what. */
export type WaitingAnswer = z.infer<typeof waitingAnswerSchema>;

/** An execution that waits, on the wire. */
export function waitingAnswer({ execution, waitsFor }: Waiting): WaitingAnswer {
  return { execution: executionAnswer(execution, { text: "", truncated: false }), waits_for: waitsForAnswer(waitsFor) };
}

function waitsForAnswer(waitsFor: WaitsFor): WaitingAnswer["waits_for"] {
  switch (waitsFor.kind) {
    case "time":
      return { kind: "time", until: rfc3339(waitsFor.until) };
    case "node":
      return { kind: "node", node_name: waitsFor.selector.node, tags: waitsFor.selector.tags };
    case "pause":
      return waitsFor;
    case "gate":
      return { kind: "gate", holders: [...waitsFor.holders] };
    case "slot":
      return { kind: "slot", nodes: [...waitsFor.nodes] };
    default:
      return waitsFor satisfies never;
  }
}

/** An execution that waits, as it was answered. */
export interface WaitingReport {
  execution: ExecutionReport;
  waitsFor: WaitsFor;
}

/** Reads an execution that waits. Throws where it is no such answer. */
export function readWaitingAnswer(answer: WaitingAnswer): WaitingReport {
  const { execution, waits_for: waits } = waitingAnswerSchema.parse(answer);
  return { execution: readExecutionAnswer(execution), waitsFor: readWaitsFor(waits) };
}

function readWaitsFor(waits: WaitingAnswer["waits_for"]): WaitsFor {
  if (waits.kind === "time") return { kind: "time", until: Date.parse(waits.until) };
  if (waits.kind === "node") return { kind: "node", selector: { node: waits.node_name, tags: waits.tags } };
  return waits;
}

/** How much of the queue is asked for. */
export function readQueueQuery(query: URLSearchParams): { job: string | null; limit: number } {
  return { job: query.get("job") || null, limit: readCount(query.get("limit"), USUAL, MOST) };
}
