import { z } from "zod";
import { CarillonError } from "../runtime/mod.ts";
import type { KvEntry } from "../kv/mod.ts";

/** What the lease key holds: who leads, in which term, and how often it has said so. */
const LeaseRecord = z.object({ v: z.literal(1), holder: z.string(), term: z.number().int(), seq: z.number().int() });

/** Who holds the lease; `seq` grows with each renewal. */
export type LeaseRecord = z.infer<typeof LeaseRecord>;

/** The bytes of a lease. */
export function encodeLease(lease: Omit<LeaseRecord, "v">): Uint8Array {
  const record: LeaseRecord = { v: 1, ...lease };
  return new TextEncoder().encode(JSON.stringify(record));
}

/** Reads the bytes of a lease; throws `invalid` when they are none. */
export function decodeLease(value: Uint8Array): LeaseRecord {
  try {
    return LeaseRecord.parse(JSON.parse(new TextDecoder().decode(value)));
  } catch (thrown) {
    throw new CarillonError("invalid", "Cannot read the lease", { cause: thrown });
  }
}

/** Whether a stored lease is this holder's (and of this term). One that can't be read is nobody's. */
export function isHeldBy(lease: KvEntry, holder: string, term?: number): boolean {
  try {
    const record = decodeLease(lease.value);
    return record.holder === holder && (term === undefined || record.term === term);
  } catch {
    return false;
  }
}
