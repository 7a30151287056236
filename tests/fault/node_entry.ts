import { SecretKeys } from "../../src/secret/mod.ts";
import { serve } from "../../src/cli/serve.ts";
import { serveAgent } from "../../src/cli/serve_agent.ts";
import { createLog, systemClock, systemRandom } from "../../src/runtime/mod.ts";
import { SilentBell } from "../support/silent_bell.ts";
import { type AgentSettings, type NodeSettings, nodeSettingsSchema, type ServerSettings } from "./node_settings.ts";
import { shiftedClock } from "./shifted_clock.ts";

/** Longer than any job of the fault tests takes. */
const DRAIN_MS = 10_000;

/**
 * A whole Carillon process for fault tests: the product's own assembly with the port's number on stdout. It ends itself
 * when its stdin closes, so that it does not outlive a test that was killed.
 */
if (import.meta.main) {
  const settings = nodeSettingsSchema.parse(JSON.parse(Deno.args[0] ?? ""));
  const stop = new AbortController();
  Deno.addSignalListener("SIGTERM", () => stop.abort());
  Deno.stdin.readable.pipeTo(new WritableStream()).then(() => Deno.exit(3));
  await (settings.role === "server" ? runServer(settings, stop.signal) : runAgent(settings, stop.signal));
  Deno.exit(0);
}

async function runServer(settings: ServerSettings, stop: AbortSignal): Promise<void> {
  const { httpAddr, kv, agent, bell, clockPath } = settings;
  await serve({
    ...common(settings),
    httpAddr,
    advertise: "",
    timezone: "UTC",
    defaultTarget: "all",
    adminTokenFile: "",
    auditKeptMs: 86_400_000,
    secretKeys: SecretKeys.none(),
    oidc: null,
    publicUrl: null,
    limits: { requestsPerSecond: 0, streams: 0 },
    askTokens: false,
    insecure: false,
    agent,
    kv,
    member: null,
  }, {
    ...depsOf(settings, stop),
    clock: clockPath === null ? systemClock : shiftedClock(clockPath),
    bell: bell === "silent" ? new SilentBell() : undefined,
    onListening: ({ port }) => console.log(`listening ${port}`),
  });
}

async function runAgent(settings: AgentSettings, stop: AbortSignal): Promise<void> {
  await serveAgent({ ...common(settings), join: settings.join, joinToken: null }, depsOf(settings, stop));
}

function common({ name, dataDir, slots, tags }: NodeSettings) {
  const env = Deno.env.toObject();
  return {
    httpDeny: [],
    tls: null,
    nodeName: name,
    dataDir,
    slots,
    tags,
    drainMs: DRAIN_MS,
    env,
    version: "0.0.0-fault",
  };
}

function depsOf({ logPath }: NodeSettings, stop: AbortSignal) {
  const logFile = Deno.openSync(logPath, { create: true, append: true });
  const encoder = new TextEncoder();
  const write = (line: string) => void logFile.writeSync(encoder.encode(`${line}\n`));
  return {
    log: createLog({ level: "info", format: "text", now: systemClock.now, write }),
    clock: systemClock,
    random: systemRandom,
    stop,
    hurry: new AbortController().signal,
  };
}
