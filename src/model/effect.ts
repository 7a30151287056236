import { z } from "zod";
import { traceSchema } from "./execution.ts";
import { OUTCOMES } from "./group.ts";

const owed = { id: z.string(), attempts: z.number().int(), notBefore: z.number(), lastError: z.string().nullable() };

/** Work owed after the end of a group, stored until done. */
export const effectSchema = z.discriminatedUnion("kind", [
  z.object({
    ...owed,
    kind: z.literal("dependent"),
    parent: z.string(),
    parentUid: z.string(),
    group: z.string(),
    endedAt: z.number(),
    outcome: z.enum(OUTCOMES),
    child: z.string(),
    trace: traceSchema.optional(),
  }),
  z.object({ ...owed, kind: z.literal("ephemeral"), job: z.string(), uid: z.string() }),
  z.object({ ...owed, kind: z.literal("after_end"), job: z.string(), uid: z.string(), endedAt: z.number() }),
]);
export type Effect = z.infer<typeof effectSchema>;

/** Which ends of its parents a child has used up: parent to group id. */
export const joinSchema = z.object({ used: z.record(z.string(), z.string()), ended: z.record(z.string(), z.string()) });
export type Join = z.infer<typeof joinSchema>;
