import { z } from "zod";
import { ENDED_STATES } from "./execution.ts";

const common = {
  /** Epoch milliseconds. */
  at: z.number(),
};

/** Something that has happened, for those who look on. */
export const eventSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("job"), ...common, job: z.string(), change: z.enum(["stored", "deleted"]) }),
  z.object({
    kind: z.literal("execution"),
    ...common,
    job: z.string(),
    execution: z.string(),
    state: z.enum(["queued", "claimed", "running", ...ENDED_STATES]),
    /** Null while it has none. */
    node: z.string().nullable(),
  }),
  z.object({ kind: z.literal("node"), ...common, node: z.string(), change: z.enum(["changed", "forgotten"]) }),
]);
/** Something that has happened, for those who look on. */
export type ClusterEvent = z.infer<typeof eventSchema>;

/** Which events somebody wants to see. */
export interface EventFilter {
  kinds: readonly ClusterEvent["kind"][] | null;
  /** Of one job, and of nodes; null: of all. */
  job: string | null;
}
