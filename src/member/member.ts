import { join, resolve } from "node:path";
import { aborted, CarillonError, messageOf } from "../runtime/mod.ts";
import { Asker, readPems } from "./ask.ts";
import { type ClusterPlan, parseCluster } from "./cluster_text.ts";
import { etcdEnv } from "./etcd_args.ts";
import { checkEtcd } from "./etcd_version.ts";
import { HealthWatch } from "./health_watch.ts";
import { endLeftOver } from "./left_over.ts";
import { Minder } from "./minder.ts";
import type { MemberDeps, MemberOptions, TlsFiles } from "./options.ts";

/** This server's own etcd member, minded until it is disposed: dispose it after the last use of the store. */
export interface Member extends AsyncDisposable {
  /** Every member's client address, the own one first: `etcd://127.0.0.1:2379,10.0.0.2:2379,10.0.0.3:2379`. */
  readonly storeUrl: string;
  /** What clients have to show and to check where the cluster's addresses are `https`. */
  readonly tls: TlsFiles | undefined;
  /**
   * Resolves when the own member has a leader and a quorum, which takes a majority of the servers, and at once when
   * `signal` aborts. Rejects with what keeps the member from starting and someone has to put right.
   */
  waitUntilReady(signal: AbortSignal): Promise<void>;
}

/**
 * Starts this server's etcd member and minds it. Throws `invalid` for a cluster text that cannot be used, `unavailable`
 * when etcd is missing, too old, or a left-over one does not end; what shows later comes by `waitUntilReady`.
 */
export async function startMember(options: MemberOptions, deps: MemberDeps): Promise<Member> {
  const { log, clock, env } = deps;
  const plan = parseCluster(options.cluster, options.nodeName, options.clientPort);
  for (const warning of plan.warnings) log.warn(warning, { cluster: options.cluster });
  const pems = await readTls(plan, options.tls);
  const version = await checkEtcd(options.etcdBinary, etcdEnv(env));
  const dir = await makeDir(options.dataDir);
  await endLeftOver(deps, dir);
  log.info("Starting the own etcd member", { member: plan.own.name, version, peerUrl: plan.own.peerUrl, dir });
  await using started = new AsyncDisposableStack();
  const asker = started.use(new Asker(deps, pems));
  const stop = new AbortController();
  const minder = new Minder({ clock, log, env, asker, pems }, plan, absolute(options), dir);
  const isRunning = () => minder.isRunning;
  const watch = new HealthWatch({ clock, log, asker, isRunning }, plan, ownClientUrl(plan));
  let works = false;
  const ready = watch.ready.then(() => void (works = true));
  const minding = minder.run(stop.signal, () => !works);
  const watching = watch.run(stop.signal);
  // Whoever waits for the member is told; until then a failure must not count as one that nobody looks at.
  minding.catch(() => {});
  started.defer(async () => {
    stop.abort();
    await Promise.allSettled([minding, watching]);
  });
  const running = started.move();
  return {
    storeUrl: storeUrlOf(plan),
    tls: plan.secure ? options.tls : undefined,
    waitUntilReady: (signal) => Promise.race([ready, minding, aborted(signal)]),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Where this server reaches its own member: by loopback, or where certificates count, by the address they name. */
function ownClientUrl({ own, secure }: ClusterPlan): string {
  return secure ? own.clientUrl : own.clientUrl.replace(/\/\/.*(?=:\d+$)/, "//127.0.0.1");
}

function storeUrlOf(plan: ClusterPlan): string {
  const urls = [ownClientUrl(plan), ...plan.others.map(({ clientUrl }) => clientUrl)];
  return `etcd://${urls.map((url) => url.replace(/^https?:\/\//, "")).join(",")}`;
}

async function readTls({ secure }: ClusterPlan, tls: TlsFiles | undefined) {
  if (secure && !tls) {
    throw new CarillonError(
      "invalid",
      "Cannot use a cluster of https addresses: it needs --etcd-peer-cert, --etcd-peer-key and --etcd-peer-ca",
    );
  }
  if (!secure && tls) {
    throw new CarillonError(
      "invalid",
      "Cannot use certificates for etcd: the addresses of --cluster are http, not https",
    );
  }
  return tls && await readPems(tls);
}

/** etcd has its own idea of the current directory's future, so paths it gets are absolute. */
function absolute(options: MemberOptions): MemberOptions {
  const { tls } = options;
  if (!tls) return options;
  return {
    ...options,
    tls: { certPath: resolve(tls.certPath), keyPath: resolve(tls.keyPath), caPath: resolve(tls.caPath) },
  };
}

async function makeDir(dataDir: string): Promise<string> {
  const dir = join(resolve(dataDir), "etcd");
  try {
    await Deno.mkdir(dir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new CarillonError("unavailable", `Cannot use data directory "${dir}": ${messageOf(cause)}`, { cause });
  }
  return dir;
}
