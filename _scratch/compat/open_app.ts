import { serve } from "../../src/cli/serve.ts";
import { createLog, systemClock, systemRandom } from "../../src/runtime/mod.ts";
export interface App extends AsyncDisposable {
  request(path: string, init?: RequestInit): Promise<Response>;
}
export async function openApp(): Promise<App> {
  const dir = await Deno.makeTempDir();
  const stop = new AbortController(), hurry = new AbortController();
  const ready = Promise.withResolvers<number>();
  const log = createLog({ level: "warn", format: "text", now: () => Date.now(), write: (l) => console.error(l) });
  const done = serve({ httpAddr: "127.0.0.1:0", dataDir: dir, nodeName: "n1", tags: {}, timezone: "UTC", slots: 10, defaultTarget: "all", drainMs: 100, insecure: false, env: Deno.env.toObject(), version: "0.1.0" },
    { log, clock: systemClock, random: systemRandom, stop: stop.signal, hurry: hurry.signal, onListening: (a) => ready.resolve(a.port) });
  done.catch((e) => { console.error("SERVE", e); ready.reject(e); });
  const port = await ready.promise;
  const self = {
    request: (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, { redirect: "manual", ...init }),
    [Symbol.asyncDispose]: async () => { stop.abort(); hurry.abort(); await done; await Deno.remove(dir, { recursive: true }); },
  };
  for (let i = 0; i < 300; i++) { const r = await self.request("/v1/isleader"); const ok = r.status === 200; await r.body?.cancel(); const m = await (await self.request("/v1/members")).json(); if (ok && m.length) break; await new Promise((r) => setTimeout(r, 20)); }
  return self;
}
