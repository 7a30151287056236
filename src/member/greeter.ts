import { CarillonError, type Clock, messageOf } from "../runtime/mod.ts";
import type { TlsPems } from "./ask.ts";
import type { ClusterPlan } from "./cluster_text.ts";
import { listenUrls } from "./etcd_args.ts";
import { type Greeting, MEMBERS_PATH } from "./peer_answer.ts";

/** How long answers under way may take at the end, in milliseconds. */
const LAST_ANSWERS_MS = 1_000;

/**
 * Tells the others on this member's peer address that it has no data yet, for as long as etcd does not listen there. A
 * cluster begins when all have said so: a server that only lost its data must not help to begin a second one.
 * Throws `unavailable` when the address is taken or not this machine's.
 */
export function greet(
  plan: ClusterPlan,
  options: { clock: Clock; listenHost?: string; pems?: TlsPems },
): AsyncDisposable {
  const { hostname, port } = new URL(listenUrls(plan, options.listenHost).peer);
  const greeting: Greeting = { carillon: "empty", name: plan.own.name, token: plan.token };
  const server = listen(plan, {
    hostname: hostname.replace(/^\[|\]$/g, ""),
    // A URL leaves out the port that its scheme implies.
    port: Number(port || (plan.secure ? 443 : 80)),
    tls: options.pems,
    answer: (path) => path === MEMBERS_PATH ? greeting : undefined,
  });
  return {
    async [Symbol.asyncDispose]() {
      await Promise.race([server.shutdown(), options.clock.sleep(LAST_ANSWERS_MS)]);
    },
  };
}

function listen(
  plan: ClusterPlan,
  at: { hostname: string; port: number; tls: TlsPems | undefined; answer: (path: string) => Greeting | undefined },
): Deno.HttpServer {
  const { hostname, port, tls, answer } = at;
  const handler = (request: Request) => {
    const body = answer(new URL(request.url).pathname);
    // Connections are not kept: the port is etcd's in a moment.
    const headers = { connection: "close" };
    return body ? Response.json(body, { headers }) : new Response(null, { status: 404, headers });
  };
  try {
    const secure = tls ? { cert: tls.cert, key: tls.key } : {};
    return Deno.serve({ hostname, port, ...secure, onListen: () => {} }, handler);
  } catch (cause) {
    throw cannotListen(plan.own.name, `${hostname}:${port}`, messageOf(cause), cause);
  }
}

/** Why a member cannot listen, from the system's words. */
export function cannotListen(name: string, address: string, words: string, cause?: unknown): CarillonError {
  const reason = /in use/i.test(words)
    ? "another program has that port; is another etcd (a system service perhaps) running?"
    : /assign requested address|not available/i.test(words)
    ? "that is no address of this machine; say --etcd-listen HOST where it is behind address translation"
    : words;
  return new CarillonError("unavailable", `Cannot start etcd member "${name}" on ${address}: ${reason}`, { cause });
}
