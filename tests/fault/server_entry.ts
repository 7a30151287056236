import { serve } from "../../src/cli/serve.ts";
import { createLog, systemClock, systemRandom } from "../../src/runtime/mod.ts";
import { SilentBell } from "../support/silent_bell.ts";
import { serverSettingsSchema } from "./server_settings.ts";

/**
 * A whole Carillon process for fault tests: the product's own assembly with the port's number on stdout. It ends itself
 * when its stdin closes, so that it does not outlive a test that was killed.
 */
if (import.meta.main) {
  const { dataDir, logPath, bell, slots } = serverSettingsSchema.parse(JSON.parse(Deno.args[0] ?? ""));
  const logFile = Deno.openSync(logPath, { create: true, append: true });
  const encoder = new TextEncoder();
  const write = (line: string) => void logFile.writeSync(encoder.encode(`${line}\n`));
  const stop = new AbortController();
  Deno.addSignalListener("SIGTERM", () => stop.abort());
  Deno.stdin.readable.pipeTo(new WritableStream()).then(() => Deno.exit(3));
  await serve({
    httpAddr: "127.0.0.1:0",
    dataDir,
    nodeName: "n1",
    tags: {},
    timezone: "UTC",
    slots,
    defaultTarget: "all",
    drainMs: 10_000,
    insecure: false,
    agent: true,
    kv: "",
    member: null,
    env: Deno.env.toObject(),
    version: "0.0.0-fault",
  }, {
    log: createLog({ level: "info", format: "text", now: systemClock.now, write }),
    clock: systemClock,
    random: systemRandom,
    bell: bell === "silent" ? new SilentBell() : undefined,
    stop: stop.signal,
    hurry: new AbortController().signal,
    onListening: ({ port }) => console.log(`listening ${port}`),
  });
  Deno.exit(0);
}
