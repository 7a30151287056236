/**
 * Readers of events in one process, which costs as little as can be: `stream_readers.ts SERVER_PORT JOBS ALL SLOW TOKEN`.
 * JOBS follow one job each, ALL follow everything, and SLOW follow everything and read nothing once their answer has begun.
 * Prints its port when all have an answer; `/count` answers what was read: `{messages, ofAll, bytes, closed}`, `ofAll` being
 * the messages to those who follow everything.
 */
import { eachOf } from "../support/each_of.ts";
import { nameOf } from "./jobs.ts";
import { requestBytes } from "./kept_connection.ts";
import { endWithParent } from "./parent.ts";

void endWithParent();
const [serverPort = "", jobs = "", all = "", slow = "", token = ""] = Deno.args;
const headers: Record<string, string> = token === "" ? {} : { authorization: `Bearer ${token}` };
const counts = { messages: 0, ofAll: 0, bytes: 0, closed: 0 };

/** Streams that are opened at a time. */
const OPENING = 50;

const latin1 = new TextDecoder("latin1");

/** Opens a stream and reads the head of its answer. */
async function open(path: string): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(serverPort) });
  const request = requestBytes("GET", path, headers);
  for (let sent = 0; sent < request.length;) sent += await connection.write(request.subarray(sent));
  const buffer = new Uint8Array(1024);
  const read = await connection.read(buffer);
  const head = latin1.decode(buffer.subarray(0, read ?? 0));
  if (!head.startsWith("HTTP/1.1 200 ")) throw new Error(`Cannot follow ${path}: ${head.slice(0, 200)}`);
  return connection;
}

/** Counts what comes. */
async function read(connection: Deno.TcpConn, followsAll: boolean): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  for (let size = await connection.read(buffer); size !== null; size = await connection.read(buffer)) {
    counts.bytes += size;
    const messages = countOf(buffer.subarray(0, size));
    counts.messages += messages;
    if (followsAll) counts.ofAll += messages;
  }
  counts.closed++;
}

/** Beginnings of `event: events` lines: a batch that is cut between two reads is counted once. */
function countOf(bytes: Uint8Array): number {
  return latin1.decode(bytes).split("event: ").length - 1;
}

const unread: Deno.TcpConn[] = [];
await eachOf(Array.from({ length: Number(jobs) }, (_, i) => i), OPENING, async (job) => {
  void read(await open(`/v1/events?job=${nameOf(job)}`), false);
});
for (let i = 0; i < Number(all); i++) void read(await open("/v1/events"), true);
for (let i = 0; i < Number(slow); i++) unread.push(await open("/v1/events"));
const server = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen() {} },
  () => Response.json({ ...counts, unread: unread.length }),
);
console.log(server.addr.port);
