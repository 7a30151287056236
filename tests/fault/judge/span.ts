import { z } from "zod";

/** Times of a job that are due: those between two instants, which are never whole seconds. Epoch milliseconds. */
export const spanSchema = z.object({ startsAt: z.number(), expiresAt: z.number().nullable() });
/** Times of a job that are due: those between two instants, which are never whole seconds. Epoch milliseconds. */
export type Span = z.infer<typeof spanSchema>;

/** Every second inside a span that is over. */
export function nominalsOf({ startsAt, expiresAt }: Span): number[] {
  const first = Math.ceil(startsAt / 1_000);
  const last = Math.floor((expiresAt ?? 0) / 1_000);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * 1_000);
}

/** An instant between two seconds, so that no time lies on it, that is so far off. */
export function soon(leadMs: number): number {
  return Math.floor((Date.now() + leadMs) / 1_000) * 1_000 + 500;
}
