import { createHash } from "node:crypto";
import { type CarillonError, invalid, messageOf } from "../runtime/mod.ts";
import { SCHEMA_VERSION } from "../store/mod.ts";
import { type BodyLine, bodyLineSchema, FORMAT_VERSION, type Header, headerSchema, trailerSchema } from "./line.ts";
import { FORMAT } from "./line.ts";
import { linesOf } from "./text_lines.ts";

/** A backup being read: its header, then its lines one by one. */
export interface BackupReader {
  header: Header;
  /** Ends after the trailer was found to fit; throws `invalid` naming the line that does not. */
  body: AsyncIterable<{ line: BodyLine; number: number }>;
}

const utf8 = new TextEncoder();

/** The text of a backup, a line at a time, with header and trailer. */
export async function* backupText(
  header: Header,
  body: AsyncIterable<BodyLine>,
): AsyncIterable<Uint8Array<ArrayBuffer>> {
  const hash = createHash("sha256");
  const encode = (line: object) => utf8.encode(`${JSON.stringify(line)}\n`);
  const summed = (line: object) => {
    const bytes = encode(line);
    hash.update(bytes);
    return bytes;
  };
  yield summed(header);
  let lines = 0;
  for await (const line of body) {
    lines++;
    yield summed(line);
  }
  yield encode({ kind: "trailer", lines, sha256: hash.digest("hex") });
}

/** Opens the bytes of a backup, gzip or not. Throws `invalid` for what is none, or one that a newer program wrote. */
export async function readBackup(bytes: ReadableStream<Uint8Array>, name: string): Promise<BackupReader> {
  const lines = linesOf(bytes, name)[Symbol.asyncIterator]();
  const first = await lines.next();
  const header = first.done ? undefined : headerOf(first.value, name);
  if (!header) throw refuse(name, "the file is empty");
  const hash = createHash("sha256").update(`${first.value}\n`);
  return { header, body: bodyOf(lines, { name, hash }) };
}

function headerOf(text: string, name: string): Header {
  const value = parse(text, name, 1);
  const { format, version, schema } = value as { format?: unknown; version?: unknown; schema?: unknown };
  if (format !== FORMAT) throw refuse(name, "it is no backup of Carillon");
  if (Number(version) > FORMAT_VERSION) {
    throw refuse(name, `its form is version ${version}, and this program reads up to ${FORMAT_VERSION}`);
  }
  if (Number(schema) > SCHEMA_VERSION) {
    throw refuse(name, `its records are of schema ${schema}, and this program reads up to ${SCHEMA_VERSION}`);
  }
  const header = headerSchema.safeParse(value);
  if (!header.success) throw damaged(name, 1, header.error.issues[0]);
  return header.data;
}

async function* bodyOf(
  lines: AsyncIterator<string>,
  { name, hash }: { name: string; hash: ReturnType<typeof createHash> },
): BackupReader["body"] {
  let count = 0;
  for (let next = await lines.next(); !next.done; next = await lines.next()) {
    const number = count + 2;
    const value = parse(next.value, name, number);
    const trailer = trailerSchema.safeParse(value);
    if (trailer.success) {
      if (trailer.data.lines !== count) {
        throw refuse(name, `it is damaged: it should have ${trailer.data.lines} lines and has ${count}`);
      }
      if (trailer.data.sha256 !== hash.digest("hex")) {
        throw refuse(name, "it is damaged: its checksum does not fit what it holds");
      }
      if (!(await lines.next()).done) throw refuse(name, "something follows its end");
      return;
    }
    const line = bodyLineSchema.safeParse(value);
    if (!line.success) throw damaged(name, number, line.error.issues[0]);
    hash.update(`${next.value}\n`);
    count++;
    yield { line: line.data, number };
  }
  throw refuse(name, `it is cut off after line ${count + 1}: its end is missing`);
}

function parse(text: string, name: string, number: number): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw refuse(name, `line ${number} is damaged or cut off: ${messageOf(thrown)}`);
  }
  if (typeof value === "object" && value !== null) return value;
  throw refuse(name, `line ${number} is damaged: it is no JSON object`);
}

function damaged(name: string, number: number, issue?: { path: PropertyKey[]; message: string }): CarillonError {
  return refuse(name, `line ${number} is damaged: ${issue?.path.map(String).join(".")} ${issue?.message}`);
}

function refuse(name: string, reason: string): CarillonError {
  return invalid(`Cannot restore from "${name}": ${reason}`);
}
