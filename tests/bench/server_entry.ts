/**
 * A server in a process of its own: `server_entry.ts DATA_DIR SLOTS [NAME KV]`. Prints its port. On a
 * store that is shared (`KV`) it runs no jobs itself. It asks for tokens where CARILLON_BENCH_TOKEN_FILE is set, and keeps an
 * admin's there.
 */
import { SecretKeys } from "../../src/secret/mod.ts";
import { serve } from "../../src/cli/serve.ts";
import { createLog, systemClock, systemRandom } from "../../src/runtime/mod.ts";
import { endWithParent } from "./parent.ts";

void endWithParent();
const [dataDir = "", slots = "", nodeName = "bench", kv = ""] = Deno.args;
const adminTokenFile = Deno.env.get("CARILLON_BENCH_TOKEN_FILE") ?? "";
const stop = new AbortController();
const hurry = new AbortController();
Deno.addSignalListener("SIGTERM", () => stop.signal.aborted ? hurry.abort() : stop.abort());

await serve({
  httpAddr: "127.0.0.1:0",
  advertise: "",
  dataDir,
  nodeName,
  tags: {},
  timezone: "UTC",
  slots: Number(slots),
  defaultTarget: "all",
  drainMs: 2_000,
  adminTokenFile,
  httpDeny: [],
  auditKeptMs: 86_400_000,
  secretKeys: SecretKeys.none(),
  oidc: null,
  publicUrl: null,
  limits: { requestsPerSecond: 0, streams: 0 },
  tls: null,
  askTokens: adminTokenFile !== "",
  insecure: false,
  agent: kv === "",
  kv,
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
