import { z } from "zod";
import { ENDED_STATES, type Plan, type PlanItem } from "../../src/model/mod.ts";
import { readCount } from "./query.ts";
import { readMoment } from "./read_moment.ts";
import { rfc3339 } from "./rfc3339.ts";

/** Items of each kind that one answer holds, unless it asks for fewer or more, and at most. */
const USUAL = 500, MOST = 2_000;

/** What lies around now, where nothing is said, in milliseconds. */
const AROUND_MS = 86_400_000;

const item = { job: z.string(), at: z.string() };
const times = { to: z.string(), count: z.number().int() };

const itemSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("ran"),
    ...item,
    state: z.enum(ENDED_STATES),
    /** Null where only the job's last result was looked at. */
    execution: z.string().nullable(),
    reason: z.string().nullable(),
  }),
  z.object({ kind: z.literal("runs"), ...item, execution: z.string() }),
  z.object({ kind: z.literal("will_run"), ...item, ...times }),
  z.object({ kind: z.literal("did_not"), ...item, ...times, reason: z.string() }),
]);

/** What ran, runs, will run and did not, over all jobs. */
export const planAnswerSchema = z.object({
  hours: z.array(z.object({
    hour: z.string(),
    /** Null for hours to come, and for a token that is limited to some jobs. */
    success: z.number().int().nullable(),
    failed: z.number().int().nullable(),
    planned: z.number().int(),
  })),
  items: z.array(itemSchema),
  /** There is more than the items show. */
  is_cut: z.boolean(),
});
/** What ran, runs, will run and did not, over all jobs. */
export type PlanAnswer = z.infer<typeof planAnswerSchema>;

/** A plan on the wire. */
export function planAnswer({ hours, items, isCut }: Plan): PlanAnswer {
  return {
    hours: hours.map((hour) => ({ ...hour, hour: rfc3339(hour.hour) })),
    items: items.map(itemAnswer),
    is_cut: isCut,
  };
}

function itemAnswer(one: PlanItem): PlanAnswer["items"][number] {
  const at = rfc3339(one.at);
  return one.kind === "will_run" || one.kind === "did_not" ? { ...one, at, to: rfc3339(one.to) } : { ...one, at };
}

/** A plan as it was answered. Throws where it is no such answer. */
export function readPlanAnswer(answer: PlanAnswer): Plan {
  const { hours, items, is_cut: isCut } = planAnswerSchema.parse(answer);
  return {
    hours: hours.map((hour) => ({ ...hour, hour: Date.parse(hour.hour) })),
    items: items.map((one): PlanItem => {
      const at = Date.parse(one.at);
      return one.kind === "will_run" || one.kind === "did_not"
        ? { ...one, at, to: Date.parse(one.to) }
        : { ...one, at };
    }),
    isCut,
  };
}

/** The range that is asked for: a day before now and after it where nothing is said. Throws `invalid`. */
export function readPlanRange(query: URLSearchParams, nowMs: number): { fromMs: number; toMs: number; limit: number } {
  return {
    fromMs: readMoment(query, "from", "show a plan") ?? nowMs - AROUND_MS,
    toMs: readMoment(query, "to", "show a plan") ?? nowMs + AROUND_MS,
    limit: readCount(query.get("limit"), USUAL, MOST),
  };
}
