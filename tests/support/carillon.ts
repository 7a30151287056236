import { Agent } from "../../src/agent/mod.ts";
import { CallerLimits, type CallerLimitSettings, type OidcSettings } from "../../src/auth/mod.ts";
import { createAgentClient } from "../../src/client/mod.ts";
import { createExecutors, type Executor, killSurvivors } from "../../src/execute/mod.ts";
import { type Engine, openEmbedded } from "../../src/kv/mod.ts";
import { type Clock, type Log, silentLog, systemClock, systemRandom } from "../../src/runtime/mod.ts";
import { SecretKeys } from "../../src/secret/mod.ts";
import { appDepsOf, Server } from "../../src/server/mod.ts";
import { createApp } from "../../routes/mod.ts";

/** What a test may have otherwise than usual. */
export interface CarillonOptions {
  clock?: Clock;
  log?: Log;
  slots?: number;
  tags?: Record<string, string>;
  timezone?: string;
  /** Executors beside or instead of the real ones. */
  executors?: readonly Executor[];
  /** Kept by the test for a restart; a temporary one otherwise. */
  dataDir?: string;
  /** Another store than an embedded one. */
  engine?: Engine;
  /** Without an agent nothing runs. */
  agent?: boolean;
  /** Nodes beside the server's own. */
  moreNodes?: readonly { name: string; tags: Record<string, string>; slots: number }[];
  /** As a server does that is open to more than loopback. */
  asksTokens?: boolean;
  /** None otherwise. */
  secretKeys?: SecretKeys;
  oidc?: OidcSettings;
  /** None otherwise. */
  limits?: CallerLimitSettings;
}

/** A real server with its agent on an embedded store, without a socket. */
export interface Carillon extends AsyncDisposable {
  readonly server: Server;
  readonly engine: Engine;
  /** Sends a request to the app; a path is enough. */
  request(path: string, init?: RequestInit): Promise<Response>;
  /** Sends JSON and answers JSON; throws the answer's text for a status of 400 and more. */
  json<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T>;
  /** Answers a request as one that came by a socket. */
  handle(request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>): Promise<Response>;
  /** Stops as a process does at SIGKILL: nothing is delivered, nothing is given up. */
  kill(): Promise<void>;
}

/** Starts a server in a temporary folder; disposing drains it and removes the folder. */
export async function startCarillon(options: CarillonOptions = {}): Promise<Carillon> {
  const clock = options.clock ?? systemClock;
  const log = options.log ?? silentLog;
  const dataDir = options.dataDir ?? await Deno.makeTempDir({ prefix: "carillon-" });
  const engine = options.engine ?? await openEmbedded(`${dataDir}/carillon.sqlite3`);
  const defaultTimezone = options.timezone ?? "UTC";
  const server = new Server({
    engine,
    clock,
    random: systemRandom,
    log,
    nodeName: "n1",
    defaultTimezone,
    defaultTarget: "all",
    version: "0.0.0-test",
    auditKeptMs: 90 * 86_400_000,
    secretKeys: options.secretKeys ?? SecretKeys.none(),
    oidc: options.oidc ?? null,
  });
  await server.load();
  const env = { PATH: "/usr/bin:/bin" };
  const real = createExecutors({ clock, env, log });
  const executors = new Map([...real, ...(options.executors ?? []).map((each) => [each.name, each] as const)]);
  const app = createApp(appDepsOf(server, {
    nodeName: "n1",
    version: "0.0.0-test",
    clock,
    log,
    defaultTimezone,
    loopbackOnly: !options.asksTokens,
    asksTokens: options.asksTokens ?? false,
    publicUrl: null,
    asksCertificates: false,
    limits: new CallerLimits(options.limits ?? { requestsPerSecond: 0, streams: 0 }, clock),
    executorIssues: (name, config) => executors.get(name)?.validate(config) ?? null,
    leave: () => {},
  }));
  const agentOf = (identity: { name: string; tags: Record<string, string>; slots: number }, server: boolean) =>
    new Agent({
      server: createAgentClient({
        baseUrl: "http://127.0.0.1",
        fetch: (input, init) => Promise.resolve(app.fetch(new Request(input, init), { ownAgent: true })),
      }),
      executors,
      clock,
      random: systemRandom,
      log,
      dataDir: server ? dataDir : `${dataDir}/${identity.name}`,
      identity: { ...identity, version: "0.0.0-test", server },
      killSurvivors: (groups) => killSurvivors({ clock, env }, groups),
    });
  const own = { name: "n1", tags: options.tags ?? {}, slots: options.slots ?? 100 };
  const agents = [
    ...options.agent ?? true ? [agentOf(own, true)] : [],
    ...(options.moreNodes ?? []).map((node) => agentOf(node, false)),
  ];
  const stop = new AbortController();
  const cut = new AbortController();
  for (const agent of agents) await agent.start();
  const running = [server.run(stop.signal), ...agents.map((agent) => agent.run(cut.signal))];
  const end = async (drainMs: number) => {
    if (drainMs === 0) cut.abort();
    else await Promise.all(agents.map((agent) => agent.drain(drainMs)));
    stop.abort();
    await Promise.allSettled(running);
    real[Symbol.dispose]();
    await engine.close();
  };
  let ended: Promise<void> | undefined;
  return {
    server,
    engine,
    request: (path, init) => Promise.resolve(app.request(`http://127.0.0.1${path}`, init)),
    handle: (request, { remoteAddr }) => Promise.resolve(app.fetch(request, { remoteAddr })),
    async json<T>(method: string, path: string, body?: unknown): Promise<T> {
      const init = { method, body: body === undefined ? undefined : JSON.stringify(body) };
      const answer = await app.request(`http://127.0.0.1${path}`, init);
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return JSON.parse(text);
    },
    kill: () => ended ??= end(0),
    async [Symbol.asyncDispose]() {
      await (ended ??= end(2_000));
      if (options.dataDir === undefined) await Deno.remove(dataDir, { recursive: true });
    },
  };
}
