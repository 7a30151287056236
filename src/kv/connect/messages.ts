import { ProtoReader, ProtoWriter } from "../protobuf.ts";

/** A range of encoded keys to read. */
export interface ReadRange {
  start: Uint8Array;
  end: Uint8Array;
  limit: number;
  reverse: boolean;
}

/** An entry as KV Connect gives it. */
export interface WireEntry {
  key: Uint8Array;
  value: Uint8Array;
  encoding: number;
  versionstamp: Uint8Array;
}

/** What a read answers: a list of entries for each range; `current` is false when this endpoint can't say what is newest. */
export interface ReadOutput {
  ranges: WireEntry[][];
  current: boolean;
}

/** What a commit answers; `disabled` = this endpoint takes no writes at present. */
export type WriteOutput =
  | { status: "applied"; versionstamp: Uint8Array }
  | { status: "refused" }
  | { status: "disabled" };

/** A check of a commit: no versionstamp = the key must not exist. */
export interface WireCheck {
  key: Uint8Array;
  versionstamp: Uint8Array;
}

/** A write of a commit: no value = delete. */
export interface WireWrite {
  key: Uint8Array;
  value: Uint8Array | null;
}

/** Marks a value that is plain bytes, the only kind that is written here. */
export const ENCODING_BYTES = 3;

const MUTATION_SET = 1;
const MUTATION_DELETE = 2;
const WRITE_APPLIED = 1;
const WRITE_REFUSED = 2;
const READ_DISABLED = 2;

/** A `SnapshotRead` message. */
export function encodeRead(ranges: readonly ReadRange[]): Uint8Array<ArrayBuffer> {
  const message = new ProtoWriter();
  for (const { start, end, limit, reverse } of ranges) {
    message.message(1, new ProtoWriter().bytes(1, start).bytes(2, end).int(3, limit).bool(4, reverse).finish());
  }
  return message.finish();
}

/** Reads a `SnapshotReadOutput`. */
export function decodeRead(bytes: Uint8Array): ReadOutput {
  const output: ReadOutput = { ranges: [], current: false };
  let disabled = false;
  for (const field of new ProtoReader(bytes)) {
    if (field.no === 1) output.ranges.push(decodeRange(field.bytes()));
    if (field.no === 2 && field.bool()) disabled = true;
    if (field.no === 4) output.current = field.bool();
    if (field.no === 8 && field.int() === READ_DISABLED) disabled = true;
  }
  return disabled ? { ...output, current: false } : output;
}

/** An `AtomicWrite` message. */
export function encodeWrite(checks: readonly WireCheck[], writes: readonly WireWrite[]): Uint8Array<ArrayBuffer> {
  const message = new ProtoWriter();
  for (const { key, versionstamp } of checks) {
    message.message(1, new ProtoWriter().bytes(1, key).bytes(2, versionstamp).finish());
  }
  for (const { key, value } of writes) {
    const mutation = new ProtoWriter().bytes(1, key);
    if (value) mutation.message(2, new ProtoWriter().bytes(1, value).int(2, ENCODING_BYTES).finish());
    message.message(2, mutation.int(3, value ? MUTATION_SET : MUTATION_DELETE).finish());
  }
  return message.finish();
}

/** Reads an `AtomicWriteOutput`. */
export function decodeWrite(bytes: Uint8Array): WriteOutput {
  let status = 0;
  let versionstamp = new Uint8Array();
  for (const field of new ProtoReader(bytes)) {
    if (field.no === 1) status = field.int();
    if (field.no === 2) versionstamp = field.bytes().slice();
  }
  if (status === WRITE_APPLIED) return { status: "applied", versionstamp };
  return { status: status === WRITE_REFUSED ? "refused" : "disabled" };
}

/** A `Watch` message. */
export function encodeWatch(keys: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const message = new ProtoWriter();
  for (const key of keys) message.message(1, new ProtoWriter().bytes(1, key).finish());
  return message.finish();
}

/** Reads a `WatchOutput`: for each key whether it changed, and its entry then (none = it is gone). */
export function decodeWatch(bytes: Uint8Array): { disabled: boolean; keys: { changed: boolean; entry?: WireEntry }[] } {
  const keys: { changed: boolean; entry?: WireEntry }[] = [];
  let disabled = false;
  for (const field of new ProtoReader(bytes)) {
    if (field.no === 1) disabled = field.int() === READ_DISABLED;
    if (field.no === 2) keys.push(decodeWatchKey(field.bytes()));
  }
  return { disabled, keys };
}

function decodeWatchKey(bytes: Uint8Array): { changed: boolean; entry?: WireEntry } {
  const key: { changed: boolean; entry?: WireEntry } = { changed: false };
  for (const field of new ProtoReader(bytes)) {
    if (field.no === 1) key.changed = field.bool();
    if (field.no === 2) key.entry = decodeEntry(field.bytes());
  }
  return key;
}

function decodeRange(bytes: Uint8Array): WireEntry[] {
  const entries: WireEntry[] = [];
  for (const field of new ProtoReader(bytes)) {
    if (field.no === 1) entries.push(decodeEntry(field.bytes()));
  }
  return entries;
}

function decodeEntry(bytes: Uint8Array): WireEntry {
  const entry = { key: new Uint8Array(), value: new Uint8Array(), encoding: 0, versionstamp: new Uint8Array() };
  for (const field of new ProtoReader(bytes)) {
    if (field.no === 1) entry.key = field.bytes().slice();
    if (field.no === 2) entry.value = field.bytes().slice(); // its own bytes, as a view would keep the whole answer
    if (field.no === 3) entry.encoding = field.int();
    if (field.no === 4) entry.versionstamp = field.bytes().slice();
  }
  return entry;
}
