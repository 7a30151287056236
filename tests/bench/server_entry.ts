/** A server in a process of its own: `server_entry.ts DATA_DIR SLOTS`. Prints its port. */
import { serve } from "../../src/cli/serve.ts";
import { createLog, systemClock, systemRandom } from "../../src/runtime/mod.ts";
import { endWithParent } from "./parent.ts";

void endWithParent();
const [dataDir = "", slots = ""] = Deno.args;
const stop = new AbortController();
const hurry = new AbortController();
Deno.addSignalListener("SIGTERM", () => stop.signal.aborted ? hurry.abort() : stop.abort());

await serve({
  httpAddr: "127.0.0.1:0",
  dataDir,
  nodeName: "bench",
  tags: {},
  timezone: "UTC",
  slots: Number(slots),
  defaultTarget: "all",
  drainMs: 2_000,
  insecure: false,
  agent: true,
  kv: "",
  member: null,
  env: Deno.env.toObject(),
  version: "bench",
}, {
  log: createLog({ level: "warn", format: "text", now: Date.now, write: (line) => console.error(line) }),
  clock: systemClock,
  random: systemRandom,
  stop: stop.signal,
  hurry: hurry.signal,
  onListening: ({ port }) => console.log(port),
});
Deno.exit(0);
