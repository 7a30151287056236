import { join as joinPath } from "node:path";
import { Agent, AnyServer } from "../agent/mod.ts";
import { createAgentClient, type NodeTokens } from "../client/mod.ts";
import { createExecutors, DeniedAddresses, killSurvivors } from "../execute/mod.ts";
import { aborted } from "../runtime/mod.ts";
import { openDataDir } from "../server/mod.ts";
import { OutwardFetch } from "./outward_fetch.ts";
import type { ServeDeps } from "./serve.ts";
import type { TlsPaths } from "./tls_settings.ts";

/** How a node that is an agent alone is to be run. */
export interface ServeAgentOptions {
  /** Addresses of servers, at least one. */
  join: readonly string[];
  joinToken: string | null;
  dataDir: string;
  nodeName: string;
  tags: Record<string, string>;
  slots: number;
  /** How long running jobs may go on after the first signal to stop. */
  drainMs: number;
  /** Ranges of addresses that jobs must not call from here. */
  httpDeny: string[];
  /** What it shows to servers, and whose word it takes for theirs; null: what the system says. */
  tls: TlsPaths | null;
  env: Readonly<Record<string, string>>;
  version: string;
}

/**
 * Runs an agent alone until it is stopped; waits for servers that are away, and goes on without them. Throws a CarillonError
 * for what refuses this node: its name is taken, its token is wrong, its protocol is another, its place was taken over.
 */
export async function serveAgent(options: ServeAgentOptions, deps: ServeDeps): Promise<void> {
  const { clock, random, log, stop, hurry } = deps;
  const { env, nodeName: name, tags, slots, version } = options;
  using dataDir = await openDataDir(options.dataDir);
  using executors = createExecutors({ clock, env, log, denied: new DeniedAddresses(options.httpDeny) });
  const tokens = await loadTokens(options.joinToken, joinPath(dataDir.path, "node-token"));
  await using outward = await OutwardFetch.open(options.tls, { clock, log, readText: Deno.readTextFile });
  const servers = options.join.map((url) => ({
    url,
    server: createAgentClient({ baseUrl: url, fetch: outward.fetch, tokens }),
  }));
  const agent = new Agent({
    server: new AnyServer({ servers, clock, random, log }),
    executors,
    clock,
    random,
    log,
    dataDir: dataDir.path,
    identity: { name, tags, slots, version, server: false },
    killSurvivors: (groups) => killSurvivors({ clock, env }, groups),
  });
  log.info(`Carillon ${version} joins`, { servers: options.join.join(), dataDir: options.dataDir });
  const runs = agent.run(hurry);
  // Awaited below; until then a failure must not count as one that nobody looks at.
  runs.catch(() => {});
  await Promise.race([aborted(stop), runs]);
  log.info("Stopping: no new work is begun", { drainMs: options.drainMs });
  await agent.drain(options.drainMs);
  await runs;
  log.info("Stopped");
}

/** The node's own token stands beside its id: it is known again after a restart, also without a join token. */
async function loadTokens(join: string | null, path: string): Promise<NodeTokens> {
  return {
    join,
    own: await Deno.readTextFile(path).then((text) => text.trim(), (thrown) => {
      if (thrown instanceof Deno.errors.NotFound) return null;
      throw thrown;
    }),
    async keep(own) {
      await Deno.writeTextFile(`${path}.new`, `${own}\n`, { mode: 0o600 });
      await Deno.rename(`${path}.new`, path);
    },
  };
}
