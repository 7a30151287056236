import { z } from "zod";
import { cancelRequestSchema, traceSchema } from "./execution.ts";

/** The agent protocol's version, sent as `Carillon-Protocol`. Servers accept this and the one before. */
export const PROTOCOL_VERSION = 1;

/** The header of an answer that holds a new token of the node's own, in place of the one that it came with. */
export const NEW_TOKEN_HEADER = "carillon-node-token";

/** Monotonic milliseconds since a claim reached its agent: a hundred years at most, so that a sum with a date is one too. */
const sinceClaimSchema = z.number().min(0).max(100 * 8_760 * 36e5);

/** What an agent needs to run an execution. */
export const assignmentSchema = z.object({
  execution: z.string(),
  uid: z.string(),
  jobName: z.string(),
  attempt: z.number().int(),
  executor: z.string(),
  config: z.record(z.string(), z.unknown()),
  timeoutMs: z.number().nullable(),
  graceMs: z.number(),
  /** When it was claimed, by the server's clock: tells this claim of it from an earlier one that was handed back. */
  claimedAt: z.number(),
  /** The agent stops it itself when no server has answered a poll for so long; null: never. */
  stopAfterSilentMs: z.number().nullable(),
  /** Values in its config that nobody may see: its output and reason show `***` in their place. */
  secrets: z.array(z.string()).optional(),
  /** What the run's span belongs under. */
  trace: traceSchema.optional(),
});
export type Assignment = z.infer<typeof assignmentSchema>;

/** An execution that the agent has, and when it started (monotonic milliseconds since the claim reached it). */
export const heldSchema = z.object({ execution: z.string(), startedAfterMs: sinceClaimSchema.nullable() });
export type Held = z.infer<typeof heldSchema>;

/** A claim that its agent hands back: nothing of it has begun. */
export const returnedSchema = z.object({ execution: z.string(), uid: z.string(), claimedAt: z.number() });
export type Returned = z.infer<typeof returnedSchema>;

/** The incarnation of a node that speaks, within what any node can be called. */
export const speakerSchema = z.object({ node: z.string().max(200), incarnation: z.string().max(100) });

/** An agent asks for work; answered at once when there is news, else within `waitMs`. */
export const pollRequestSchema = speakerSchema.extend({
  freeSlots: z.number().int().min(0),
  held: z.array(heldSchema).max(100_000),
  waitMs: z.number().min(0).max(5_000),
  /** It is shutting down: it finishes what runs and takes no more. */
  draining: z.boolean().optional(),
});
export type PollRequest = z.infer<typeof pollRequestSchema>;

/** What an agent is to do next. */
export const pollAnswerSchema = z.object({
  claims: z.array(assignmentSchema),
  cancels: z.array(z.object({ execution: z.string(), request: cancelRequestSchema })),
  /** Executions whose output somebody reads live. */
  followed: z.array(z.string()),
  /** The node is to take no more until this is false again, and to hand back what has not begun. */
  draining: z.boolean().optional(),
});
export type PollAnswer = z.infer<typeof pollAnswerSchema>;

/**
 * Output bytes of an execution. `n` rises by one from 0. A kept chunk's `skippedBytes` were dropped since the end of the
 * kept chunk before it; a live chunk's since the end of whichever chunk came before it.
 */
export const outputChunkSchema = z.object({
  execution: z.string(),
  /** The job's uid, as the assignment named it; output of a run that its server does not know is looked up by it. */
  uid: z.string().optional(),
  n: z.number().int().min(0),
  /** Base64. */
  data: z.string(),
  skippedBytes: z.number().int().min(0),
  /** Of a live chunk: where it begins in the whole output, in bytes. Agents that do not say it are counted after. */
  fromByte: z.number().int().min(0).optional(),
  /** Only for those who follow now: what of it is to be kept comes again, after the end. */
  live: z.boolean(),
});
export type OutputChunk = z.infer<typeof outputChunkSchema>;

/** How an execution ended, as its agent saw it. Times are monotonic milliseconds since the claim reached it. */
export const resultSchema = z.object({
  execution: z.string(),
  /** The job's uid, as the assignment named it. */
  uid: z.string(),
  /** `lost`: its agent stopped it because no server answered for too long. */
  state: z.enum(["success", "failed", "cancelled", "timed_out", "lost"]),
  exitCode: z.number().int().nullable(),
  reason: z.string().nullable(),
  /** Null when nothing was ever begun. */
  startedAfterMs: sinceClaimSchema.nullable(),
  finishedAfterMs: sinceClaimSchema,
  output: z.object({
    sizeBytes: z.number().int().min(0),
    truncated: z.boolean(),
    /** Whole output as base64 when it is at most 4 KiB and no chunk was sent; else null. */
    inline: z.base64().max(6_000).nullable(),
  }),
});
export type Result = z.infer<typeof resultSchema>;

/** A new incarnation of a node says who it is. */
export const registerRequestSchema = z.object({
  name: z.string().min(1).max(200),
  id: z.string().min(1).max(100),
  incarnation: z.string().min(1).max(100),
  tags: z.record(z.string().max(200), z.string().max(1000)),
  slots: z.number().int().min(0).max(100_000),
  executors: z.array(z.string().max(100)).max(100),
  version: z.string().max(100),
  server: z.boolean(),
  /** What ended in the node's former life and was not yet delivered: applied before the rest is called lost. */
  results: z.array(resultSchema).default([]),
});
export type RegisterRequest = z.input<typeof registerRequestSchema>;

/** What has happened since the last report; sent again until answered. */
export const reportRequestSchema = speakerSchema.extend({
  started: z.array(heldSchema),
  chunks: z.array(outputChunkSchema),
  results: z.array(resultSchema),
  returned: z.array(returnedSchema).max(100_000).optional(),
});
export type ReportRequest = z.infer<typeof reportRequestSchema>;

/** Results and returns the server has stored or will never need: the agent forgets them. */
export const reportAnswerSchema = z.object({
  done: z.array(z.string()),
  /** What of it was not this node's to say, and why. */
  refused: z.array(z.object({ execution: z.string(), reason: z.string() })).optional(),
});
export type ReportAnswer = z.infer<typeof reportAnswerSchema>;
