import { ProtoReader, ProtoWriter } from "../protobuf.ts";

/** Paths of the calls that are made. */
export const METHODS = {
  range: "/etcdserverpb.KV/Range",
  txn: "/etcdserverpb.KV/Txn",
  compact: "/etcdserverpb.KV/Compact",
  watch: "/etcdserverpb.Watch/Watch",
  alarm: "/etcdserverpb.Maintenance/Alarm",
  authenticate: "/etcdserverpb.Auth/Authenticate",
} as const;

/** A key with its value and the revision that last changed it. */
export interface EtcdEntry {
  key: Uint8Array;
  value: Uint8Array;
  revision: number;
}

/** A read of a range of keys, or of one key where there is no `end`. */
export interface RangeRequest {
  key: Uint8Array;
  end?: Uint8Array;
  limit?: number;
  reverse?: boolean;
}

/** A check of a transaction: the revision that the key must have; 0 = it must not exist. */
export interface EtcdCheck {
  key: Uint8Array;
  revision: number;
}

/** What a transaction answers: whether its checks held, the store's revision after it, and what each read found. */
export interface TxnAnswer {
  succeeded: boolean;
  revision: number;
  found: EtcdEntry[][];
}

/** What comes on a watch: changed entries (no value = deleted), or that the server ended it, and why. */
export interface WatchAnswer {
  changes: { key: Uint8Array; value: Uint8Array | null; revision: number }[];
  cancelled: string | undefined;
}

const DESCENDING = 2;
const COMPARE_REVISION = 2;
const EVENT_DELETE = 1;

/** A `RangeRequest`; reads are always of what the cluster agreed on. */
export function encodeRange({ key, end, limit = 0, reverse = false }: RangeRequest): Uint8Array {
  const message = new ProtoWriter().bytes(1, key);
  if (end) message.bytes(2, end);
  return message.int(3, limit).int(5, reverse ? DESCENDING : 0).finish();
}

/** Reads a `RangeResponse`. */
export function decodeRange(bytes: Uint8Array): EtcdEntry[] {
  const entries: EtcdEntry[] = [];
  for (const field of new ProtoReader(bytes)) {
    if (field.no === 2) entries.push(decodeEntry(field.bytes()));
  }
  return entries;
}

/** A `TxnRequest` that writes when all checks hold; no value = delete. */
export function encodeTxn(
  checks: readonly EtcdCheck[],
  writes: readonly { key: Uint8Array; value: Uint8Array | null }[],
): Uint8Array {
  const message = new ProtoWriter();
  for (const { key, revision } of checks) {
    message.message(1, new ProtoWriter().int(2, COMPARE_REVISION).bytes(3, key).alwaysInt(6, revision).finish());
  }
  for (const { key, value } of writes) {
    const operation = new ProtoWriter();
    if (value) operation.message(2, new ProtoWriter().bytes(1, key).bytes(2, value).finish());
    else operation.message(3, new ProtoWriter().bytes(1, key).finish());
    message.message(2, operation.finish());
  }
  return message.finish();
}

/** A `TxnRequest` that reads several ranges as they are at one revision. */
export function encodeReads(ranges: readonly RangeRequest[]): Uint8Array {
  const message = new ProtoWriter();
  for (const range of ranges) message.message(2, new ProtoWriter().message(1, encodeRange(range)).finish());
  return message.finish();
}

/** Reads a `TxnResponse`. */
export function decodeTxn(bytes: Uint8Array): TxnAnswer {
  const answer: TxnAnswer = { succeeded: false, revision: 0, found: [] };
  for (const field of new ProtoReader(bytes)) {
    if (field.no === 1) answer.revision = decodeRevision(field.bytes());
    if (field.no === 2) answer.succeeded = field.bool();
    if (field.no === 3) answer.found.push(...decodeRead(field.bytes()));
  }
  return answer;
}

/** A `WatchRequest` for changes of one key from a revision on. */
export function encodeWatch(key: Uint8Array, fromRevision: number): Uint8Array {
  return new ProtoWriter().message(1, new ProtoWriter().bytes(1, key).int(3, fromRevision).finish()).finish();
}

/** Reads a `WatchResponse`. */
export function decodeWatch(bytes: Uint8Array): WatchAnswer {
  const answer: WatchAnswer = { changes: [], cancelled: undefined };
  for (const field of new ProtoReader(bytes)) {
    if (field.no === 4 && field.bool()) answer.cancelled ??= "the server ended the watch";
    if (field.no === 6 && field.bytes().length > 0) answer.cancelled = field.string();
    if (field.no === 11) answer.changes.push(decodeEvent(field.bytes()));
  }
  return answer;
}

/** A `CompactionRequest`: what older revisions held is forgotten. */
export function encodeCompact(revision: number): Uint8Array {
  return new ProtoWriter().int(1, revision).finish();
}

/** Reads an `AlarmResponse`: the kinds of alarms that are raised. */
export function decodeAlarms(bytes: Uint8Array): ("space" | "corrupt")[] {
  const alarms: ("space" | "corrupt")[] = [];
  for (const field of new ProtoReader(bytes)) {
    if (field.no !== 2) continue;
    for (const part of new ProtoReader(field.bytes())) {
      if (part.no === 2 && part.int() > 0) alarms.push(part.int() === 1 ? "space" : "corrupt");
    }
  }
  return alarms;
}

/** An `AuthenticateRequest`. */
export function encodeAuthenticate(user: string, password: string): Uint8Array {
  return new ProtoWriter().string(1, user).string(2, password).finish();
}

/** The token of an `AuthenticateResponse`. */
export function decodeToken(bytes: Uint8Array): string {
  for (const field of new ProtoReader(bytes)) {
    if (field.no === 2) return field.string();
  }
  return "";
}

/** What one operation of a transaction found, if it was a read. */
function decodeRead(bytes: Uint8Array): EtcdEntry[][] {
  const found: EtcdEntry[][] = [];
  for (const field of new ProtoReader(bytes)) {
    if (field.no === 1) found.push(decodeRange(field.bytes()));
  }
  return found;
}

function decodeRevision(header: Uint8Array): number {
  for (const field of new ProtoReader(header)) {
    if (field.no === 3) return field.int();
  }
  return 0;
}

function decodeEvent(bytes: Uint8Array): WatchAnswer["changes"][number] {
  let deleted = false;
  let entry: EtcdEntry = { key: new Uint8Array(), value: new Uint8Array(), revision: 0 };
  for (const field of new ProtoReader(bytes)) {
    if (field.no === 1) deleted = field.int() === EVENT_DELETE;
    if (field.no === 2) entry = decodeEntry(field.bytes());
  }
  return deleted ? { ...entry, value: null } : entry;
}

function decodeEntry(bytes: Uint8Array): EtcdEntry {
  const entry: EtcdEntry = { key: new Uint8Array(), value: new Uint8Array(), revision: 0 };
  for (const field of new ProtoReader(bytes)) {
    if (field.no === 1) entry.key = field.bytes().slice();
    if (field.no === 3) entry.revision = field.int();
    if (field.no === 5) entry.value = field.bytes().slice(); // its own bytes, as a view would keep the whole answer
  }
  return entry;
}
