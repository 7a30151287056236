import { Change, type Engine, type KvEntry } from "../kv/mod.ts";
import { CarillonError, invalid } from "../runtime/mod.ts";
import { SCHEMA_VERSION, schemaKey, schemaTable, unfinishedStore } from "../store/mod.ts";
import { LEFT_BEHIND } from "./moved_kinds.ts";
import { CheckingSink, Filling, type Sink, type TargetDeps } from "./target.ts";

/** Records by the first part of their keys. */
export type Counts = ReadonlyMap<string, number>;

/** Counts the records that a copy would take, and checks that each fits the target. Throws `too_large`, `invalid`. */
export async function surveyCopy(from: Engine, to: Engine): Promise<Counts> {
  await schemaOf(from);
  return await eachRecord(from, new CheckingSink(to));
}

/**
 * Copies every record of a store that no server uses into another, cut into batches as the target takes them, and counts
 * both at the end. When it throws half-way, the target says that it is not whole.
 */
export async function copyStore(from: Engine, to: TargetDeps): Promise<Counts> {
  const schema = await schemaOf(from);
  const filling = await Filling.begin(to, "a copy");
  const sent = await eachRecord(from, filling);
  await filling.settle();
  const arrived = await countRecords(to.engine);
  const still = await countRecords(from);
  mustBeEqual(sent, still, "the source was changed while it was copied");
  mustBeEqual(sent, arrived, "the target does not hold what was sent");
  await filling.finish(schema);
  return arrived;
}

/** The bytes of a store's schema record. Throws for a store that there is not, is not whole, or is too new. */
async function schemaOf({ kv }: Engine): Promise<Uint8Array> {
  const { value } = await kv.get(schemaKey());
  if (value === null) throw new CarillonError("not_found", "Cannot copy: the source holds no Carillon store");
  const { version, minReader, unfinished } = schemaTable.decode(value);
  if (unfinished) throw unfinishedStore(unfinished);
  if (minReader <= SCHEMA_VERSION) return value;
  throw new CarillonError(
    "unavailable",
    `Cannot copy: the source's schema is version ${version}, and this program reads up to ${SCHEMA_VERSION}`,
  );
}

async function eachRecord(from: Engine, sink: Sink): Promise<Counts> {
  const counts = new Map<string, number>();
  for await (const { key, value } of movedRecords(from)) {
    await sink.write(new Change().set(key, value), `"${key.join("/")}"`);
    const head = String(key[0]);
    counts.set(head, (counts.get(head) ?? 0) + 1);
  }
  return counts;
}

async function countRecords(engine: Engine): Promise<Counts> {
  const counts = new Map<string, number>();
  for await (const { key } of movedRecords(engine)) {
    const head = String(key[0]);
    counts.set(head, (counts.get(head) ?? 0) + 1);
  }
  return counts;
}

async function* movedRecords({ kv }: Engine): AsyncIterable<KvEntry> {
  for await (const entry of kv.list({ prefix: [] }, { batchSize: 1000 })) {
    if (!LEFT_BEHIND.has(String(entry.key[0]))) yield entry;
  }
}

function mustBeEqual(expected: Counts, found: Counts, reason: string): void {
  for (const head of new Set([...expected.keys(), ...found.keys()])) {
    const [many, few] = [expected.get(head) ?? 0, found.get(head) ?? 0];
    if (many !== few) throw invalid(`Cannot copy: ${reason}: ${many} "${head}" records against ${few}`);
  }
}
