/**
 * What the jobs call, in a process of its own: notes for each `/NUMBER` when it came (wall clock). `/take` answers the
 * notes as pairs of 64-bit floats and forgets them, `/count` how many there are. Prints its port.
 */
import { endWithParent } from "./parent.ts";

const RESPONSE = { headers: { "content-length": "0" } };

let notes = new Float64Array(1 << 16);
let used = 0;

function note(job: number): void {
  if (used + 2 > notes.length) {
    const larger = new Float64Array(notes.length * 2);
    larger.set(notes);
    notes = larger;
  }
  notes[used++] = job;
  notes[used++] = Date.now();
}

function take(): Response {
  const taken = notes.slice(0, used);
  used = 0;
  return new Response(taken.buffer);
}

const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(port) }, ({ url }) => {
  const path = url.slice(url.indexOf("/", 8) + 1);
  if (path === "take") return take();
  if (path === "count") return new Response(String(used / 2));
  note(Number(path));
  return new Response(null, RESPONSE);
});
void endWithParent();
Deno.addSignalListener("SIGTERM", () => Deno.exit(0));
await server.finished;
