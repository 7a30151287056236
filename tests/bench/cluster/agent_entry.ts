/** An agent in a process of its own: `agent_entry.ts NAME DATA_DIR SLOTS SERVER...`. Prints 1 when it has begun. */
import { serveAgent } from "../../../src/cli/serve_agent.ts";
import { createLog, systemClock, systemRandom } from "../../../src/runtime/mod.ts";
import { endWithParent } from "../parent.ts";

void endWithParent();
const [nodeName = "", dataDir = "", slots = "", ...join] = Deno.args;
const stop = new AbortController();
Deno.addSignalListener("SIGTERM", () => stop.abort());
// It listens nowhere; whoever started it waits for a number.
console.log(1);
await serveAgent({
  join,
  joinToken: Deno.env.get("CARILLON_JOIN_TOKEN") ?? null,
  httpDeny: [],
  tls: null,
  dataDir,
  nodeName,
  tags: {},
  slots: Number(slots),
  drainMs: 2_000,
  env: Deno.env.toObject(),
  version: "bench",
}, {
  log: createLog({ level: "warn", format: "text", now: Date.now, write: (line) => console.error(line) }),
  clock: systemClock,
  random: systemRandom,
  stop: stop.signal,
  hurry: new AbortController().signal,
});
Deno.exit(0);
