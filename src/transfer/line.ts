import { z } from "zod";
import { backlogSchema, cursorSchema, dueSchema, jobSchema, settingsSchema, statSchema } from "../model/mod.ts";

/** What a backup calls itself. */
export const FORMAT = "carillon-backup";

/** The version of the file's own form; a reader takes this one and older ones. */
export const FORMAT_VERSION = 1;

const key = z.array(z.union([z.string(), z.number()])).min(1);

/** The first line: what the file is, and of which store. */
export const headerSchema = z.object({
  kind: z.literal("header"),
  format: z.literal(FORMAT),
  version: z.number().int(),
  /** Version of the records; a newer one cannot be read. */
  schema: z.number().int(),
  cluster: z.string(),
  /** When the backup began. */
  at: z.iso.datetime(),
  settings: settingsSchema,
});
export type Header = z.infer<typeof headerSchema>;

/** A job with where its times stand; its other records follow, up to its `end`. */
const jobLineSchema = z.object({
  kind: z.literal("job"),
  job: jobSchema,
  cursor: cursorSchema.nullable(),
  due: dueSchema.nullable(),
  backlog: backlogSchema.nullable(),
});

/** A record under its key. */
const recordLineSchema = z.object({ kind: z.literal("record"), key, value: z.record(z.string(), z.unknown()) });

/** A record that is no JSON (output), or that nobody could read: its bytes in base64. */
const bytesLineSchema = z.object({ kind: z.literal("bytes"), key, bytes: z.base64() });

/** The job has no more records; its statistic stands here, after all that it counts. */
const endLineSchema = z.object({ kind: z.literal("end"), uid: z.string(), stat: statSchema.nullable() });

/** What was written, so that a file that was cut off or damaged is noticed. */
export const trailerSchema = z.object({
  kind: z.literal("trailer"),
  /** Lines between header and trailer. */
  lines: z.number().int(),
  /** SHA-256 of all lines before this one, with their newlines, as hexadecimal digits. */
  sha256: z.string(),
});

/** A line between header and trailer. */
export const bodyLineSchema = z.discriminatedUnion("kind", [
  jobLineSchema,
  recordLineSchema,
  bytesLineSchema,
  endLineSchema,
]);
export type BodyLine = z.infer<typeof bodyLineSchema>;
