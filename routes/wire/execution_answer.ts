import { z } from "zod";
import { type EndedExecution, type Execution, groupNumber, isEnded } from "../../src/model/mod.ts";
import { jsonInteger } from "./json_integer.ts";
import { rfc3339, rfc3339OrNull, rfc3339OrZero, ZERO_TIME } from "./rfc3339.ts";

/** States on the wire: what is claimed is still queued, with a node. */
export const STATES_ON_WIRE = [
  "queued",
  "running",
  "success",
  "failed",
  "cancelled",
  "timed_out",
  "lost",
  "skipped",
] as const;
/** A state on the wire. */
export type StateOnWire = typeof STATES_ON_WIRE[number];

/** An execution as v1 answers it, with Carillon's own fields behind Dkron's. */
export const executionAnswerSchema = z.object({
  id: z.string(),
  job_name: z.string(),
  started_at: z.string(),
  finished_at: z.string(),
  success: z.boolean(),
  output: z.string().optional(),
  node_name: z.string(),
  /** Above 2^53: read it as text, or not at all. */
  group: z.number(),
  attempt: z.number().int(),
  output_truncated: z.boolean(),
  state: z.enum(STATES_ON_WIRE),
  due_at: z.string().nullable(),
  queued_at: z.string(),
  exit_code: z.number().int().nullable(),
  reason: z.string().nullable(),
  /** What the agent of a lost run said of it after all. */
  late_result: z.object({
    state: z.enum(STATES_ON_WIRE),
    received_at: z.string(),
    exit_code: z.number().int().nullable(),
  }).nullable(),
  trigger: z.enum(["schedule", "manual", "parent", "retry", "catch-up", "backfill"]),
  requested_by: z.string().nullable(),
  revision: z.number().int(),
  output_size: z.number().int(),
});
/** An execution as v1 answers it. */
export type ExecutionAnswer = z.infer<typeof executionAnswerSchema>;

/** Output as an answer shows it: text, and whether it is less than the run wrote. */
export interface ShownOutput {
  text: string;
  truncated: boolean;
}

/** An execution on the wire, with the output that is to be shown. */
export function executionAnswer(execution: Execution, output: ShownOutput): ExecutionAnswer {
  const ended = isEnded(execution);
  return {
    id: execution.id,
    job_name: execution.jobName,
    started_at: "startedAt" in execution ? rfc3339OrZero(execution.startedAt) : ZERO_TIME,
    finished_at: ended ? rfc3339(execution.finishedAt) : ZERO_TIME,
    success: execution.state === "success",
    output: output.text === "" ? undefined : output.text,
    node_name: "node" in execution ? execution.node ?? "" : "",
    group: jsonInteger(groupNumber(execution.group, execution.groupCreatedAt)),
    attempt: execution.attempt,
    output_truncated: output.truncated,
    state: stateOnWire(execution.state),
    due_at: rfc3339OrNull(execution.dueAt),
    queued_at: rfc3339(execution.queuedAt),
    exit_code: ended ? execution.exitCode : null,
    reason: ended ? execution.reason : null,
    late_result: ended ? lateResult(execution) : null,
    trigger: execution.trigger,
    requested_by: execution.requestedBy,
    revision: execution.revision,
    output_size: ended ? execution.output.sizeBytes : 0,
  };
}

function lateResult({ late }: EndedExecution): ExecutionAnswer["late_result"] {
  return late && { state: late.state, received_at: rfc3339(late.at), exit_code: late.exitCode };
}

/** How an execution ended, as a stream of its output says it. */
export const endAnswerSchema = executionAnswerSchema.pick({ state: true, exit_code: true, reason: true });

/** How an execution ended, as a stream of its output says it. */
export function endAnswer(execution: Execution): z.infer<typeof endAnswerSchema> {
  const { state, exit_code, reason } = executionAnswer(execution, { text: "", truncated: false });
  return { state, exit_code, reason };
}

/** A state as it is on the wire. */
export function stateOnWire(state: Execution["state"]): StateOnWire {
  return state === "claimed" ? "queued" : state;
}

/** The states that a state on the wire stands for. */
export function statesOf(state: StateOnWire): Execution["state"][] {
  return state === "queued" ? ["queued", "claimed"] : [state];
}

/** Bytes of output as text, at most the last `limitBytes`; what is no UTF-8 becomes U+FFFD, no character is cut in two. */
export function outputText(bytes: Uint8Array, limitBytes: number): string {
  let from = Math.max(0, bytes.length - limitBytes);
  const cut = from > 0;
  for (let i = 0; cut && i < 3 && isContinuation(bytes[from]); i++) from++;
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(from));
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
