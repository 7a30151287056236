import { createApp } from "../../routes/mod.ts";
import { Agent } from "../agent/mod.ts";
import { CallerLimits, type CallerLimitSettings, type OidcSettings } from "../auth/mod.ts";
import type { Bell } from "../bell/mod.ts";
import { createAgentClient } from "../client/mod.ts";
import { createExecutors, DeniedAddresses, type Executor, killSurvivors } from "../execute/mod.ts";
import { type Engine, openEngine } from "../kv/mod.ts";
import { MAX_TXN_OPS, type Member, type MemberOptions, startMember } from "../member/mod.ts";
import { aborted, type Clock, invalid, type Log, type Random } from "../runtime/mod.ts";
import type { SecretKeys } from "../secret/mod.ts";
import { seeToFirstToken } from "./first_token.ts";
import { listen } from "./listener.ts";
import { appDepsOf, type DataDir, openDataDir, Server } from "../server/mod.ts";
import { TlsFiles } from "./tls_files.ts";
import type { TlsPaths } from "./tls_settings.ts";

/** How a server is to be run. */
export interface ServeOptions {
  /** `host:port`. */
  httpAddr: string;
  /** Where others reach it, as `host:port`; empty: where it listens. */
  advertise: string;
  dataDir: string;
  nodeName: string;
  tags: Record<string, string>;
  /** Zone of jobs that name none. */
  timezone: string;
  slots: number;
  defaultTarget: "all" | "one";
  /** How long running jobs may go on after the first signal to stop. */
  drainMs: number;
  /** Address of the store; empty: a file in the data directory. */
  kv: string;
  /** The etcd member to run beside this server, which then is its store. */
  member: MemberOptions | null;
  /** Ranges of addresses that jobs must not call from here. */
  httpDeny: string[];
  /** Run jobs in this process too. */
  agent: boolean;
  /** File of an admin's token, which is written there when there is none; empty: it is shown. */
  adminTokenFile: string;
  /** What secrets are encrypted with. */
  secretKeys: SecretKeys;
  /** Who else may say who somebody is; null for nobody. */
  oidc: OidcSettings | null;
  /** Where people reach the pages, as an origin; null: where their requests say. */
  publicUrl: string | null;
  /** How much one token, or one person, may ask. */
  limits: CallerLimitSettings;
  /** Files to listen with; null: without TLS. */
  tls: TlsPaths | null;
  /** How long the audit trail is kept, in milliseconds. */
  auditKeptMs: number;
  /** Ask for tokens, though only loopback may come. */
  askTokens: boolean;
  /** Ask for no token, though others than loopback may come. */
  insecure: boolean;
  env: Readonly<Record<string, string>>;
  version: string;
}

/** What a server works with, and what ends it. */
export interface ServeDeps {
  log: Log;
  clock: Clock;
  random: Random;
  /** The bell to wake by; the one that the engine's profile names when absent. */
  bell?: Bell;
  /** The first signal: stop taking work, wait for what runs. */
  stop: AbortSignal;
  /** The second signal: end at once. */
  hurry: AbortSignal;
  onListening?: (address: { scheme: "http" | "https"; hostname: string; port: number }) => void;
  /** Is given the first token of an admin, which is shown this once. */
  onFirstToken?: (token: string) => void;
}

/** How long requests that are still open at the end may go on, in milliseconds: a reader of live output never ends. */
const LAST_ANSWERS_MS = 1_000;

/** Runs a server with its agent until it is stopped. Throws a CarillonError for what cannot start. */
export async function serve(options: ServeOptions, deps: ServeDeps): Promise<void> {
  const { log, clock, random } = deps;
  const address = parseAddress(options.httpAddr);
  const onLoopback = isLoopback(address.hostname);
  const asksTokens = options.askTokens || !onLoopback && !options.insecure;
  if (!onLoopback && options.insecure) {
    log.warn("INSECURE: anyone who reaches this address can run any command here", { ...address });
  }
  using dataDir = await openDataDir(options.dataDir);
  await using stack = new AsyncDisposableStack();
  const engine = await openStore(options, deps, dataDir, stack);
  if (engine === null) return;
  stack.defer(() => engine.close());
  const left = new AbortController();
  const stop = AbortSignal.any([deps.stop, left.signal]);
  const server = new Server({
    engine,
    clock,
    random,
    log,
    nodeName: options.nodeName,
    defaultTimezone: options.timezone,
    defaultTarget: options.defaultTarget,
    version: options.version,
    auditKeptMs: options.auditKeptMs,
    secretKeys: options.secretKeys,
    oidc: options.oidc,
    bell: deps.bell,
  });
  await server.load();
  if (asksTokens) await seeToFirstToken(server.tokens, options.adminTokenFile, deps.onFirstToken);
  using executors = createExecutors({ clock, env: options.env, log, denied: new DeniedAddresses(options.httpDeny) });
  const app = createApp(appDepsOf(server, {
    ...options,
    limits: new CallerLimits(options.limits, clock),
    asksCertificates: (options.tls?.ca ?? "") !== "",
    clock,
    log,
    defaultTimezone: options.timezone,
    loopbackOnly: onLoopback && !asksTokens,
    asksTokens,
    executorIssues: (name, config) => executors.get(name)?.validate(config) ?? null,
    leave: () => left.abort(),
  }));
  const tls = options.tls && await TlsFiles.open(options.tls, { clock, log, readText: Deno.readTextFile });
  const listener = await listen(address, (request, asker) => app.fetch(request, { ...asker }), { log, tls });
  stack.defer(() => Promise.race([listener.shutdown(), clock.sleep(LAST_ANSWERS_MS)]));
  server.address = options.advertise || hostAndPort(address.hostname, listener.addr.port);
  const scheme = tls ? "https" : "http";
  deps.onListening?.({ scheme, hostname: address.hostname, port: listener.addr.port });
  const own = { remoteAddr: listener.addr, ownAgent: true };
  const agent = options.agent ? newAgent(options, deps, executors, (request) => app.fetch(request, own)) : null;
  const how = { ...deps, stop, drainMs: options.drainMs };
  await (agent ? runBoth(server, agent, how) : runAlone(server, how));
  log.info("Stopped");
}

/**
 * Opens the store that the options name, with a member of its own before it where they ask for one, which `stack` ends after
 * all else. Null when the server is stopped while it waits for the other members.
 */
async function openStore(
  { kv, member: memberOptions, env }: ServeOptions,
  { clock, log, stop }: ServeDeps,
  dataDir: DataDir,
  stack: AsyncDisposableStack,
): Promise<Engine | null> {
  if (memberOptions === null) {
    return await openEngine(kv || dataDir.storePath, { accessToken: env.DENO_KV_ACCESS_TOKEN, clock, log });
  }
  const member = stack.use(await startMember(memberOptions, { clock, log, env, fetch }));
  await member.waitUntilReady(stop);
  return stop.aborted ? null : await openEngine(storeUrlOf(member), { clock, log });
}

/** The address of a member's cluster as the engine takes it. */
function storeUrlOf({ storeUrl, tls }: Member): string {
  const query = new URLSearchParams({ "max-txn-ops": String(MAX_TXN_OPS) });
  if (tls) {
    query.set("ca", tls.caPath);
    query.set("cert", tls.certPath);
    query.set("key", tls.keyPath);
  }
  return `${storeUrl}?${query}`;
}

/** A server whose jobs run elsewhere. */
async function runAlone(server: Server, { stop, log }: ServeDeps): Promise<void> {
  const work = new AbortController();
  const serverRuns = server.run(work.signal, stop);
  await Promise.race([aborted(stop), serverRuns]);
  log.info("Stopping");
  work.abort();
  await serverRuns;
}

/** Agent first, so that a first firing finds it; at the end the agent first too, so that its results are taken. */
async function runBoth(server: Server, agent: Agent, how: ServeDeps & { drainMs: number }): Promise<void> {
  const { stop, hurry } = how;
  const work = new AbortController();
  const cut = new AbortController();
  const agentRuns = agent.start().then(() => agent.run(cut.signal));
  // Awaited below; until then a failure must not count as one that nobody looks at.
  agentRuns.catch(() => {});
  await Promise.race([agent.start(), aborted(stop)]);
  const serverRuns = server.run(work.signal, stop);
  serverRuns.catch(() => {});
  const endNow = () => cut.abort();
  hurry.addEventListener("abort", endNow, { once: true });
  if (hurry.aborted) endNow();
  try {
    await Promise.race([aborted(stop), agentRuns, serverRuns]);
  } finally {
    how.log.info("Stopping: no new work is begun", { drainMs: how.drainMs });
    await agent.drain(how.drainMs);
    await Promise.allSettled([agentRuns]);
    work.abort();
    await Promise.allSettled([serverRuns]);
  }
  await agentRuns;
  await serverRuns;
}

function newAgent(
  options: ServeOptions,
  { clock, random, log }: ServeDeps,
  executors: ReadonlyMap<string, Executor>,
  fetch: (request: Request) => Response | Promise<Response>,
): Agent {
  const { nodeName: name, tags, slots, version, env, dataDir } = options;
  return new Agent({
    server: createAgentClient({
      baseUrl: "http://127.0.0.1",
      fetch: (input, init) => Promise.resolve(fetch(new Request(input, init))),
    }),
    executors,
    clock,
    random,
    log,
    dataDir,
    identity: { name, tags, slots, version, server: true },
    killSurvivors: (groups) => killSurvivors({ clock, env }, groups),
  });
}

/** Reads `host:port`; `:port` means every interface. Throws `invalid`. */
export function parseAddress(text: string): { hostname: string; port: number } {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:\s]*):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (!match || port > 65_535) throw invalid(`Cannot listen on "${text}": write it like 127.0.0.1:8080`);
  return { hostname: match[1]?.replace(/^\[|\]$/g, "") || "0.0.0.0", port };
}

function hostAndPort(hostname: string, port: number): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
