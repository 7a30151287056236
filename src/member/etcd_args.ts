import { isIP } from "node:net";
import type { ClusterPlan } from "./cluster_text.ts";
import type { MemberOptions } from "./options.ts";

/** Operations that members take in one transaction; etcd's own default is 128. */
export const MAX_TXN_OPS = 1_024;

/** Space that the store may take before etcd refuses writes, in bytes: what etcd itself advises as the most. */
const QUOTA_BYTES = 8 * 1024 ** 3;

/** How a member joins: as one of the first, or into a cluster that runs. */
export interface Admission {
  state: "new" | "existing";
  /** Members and their peer addresses as etcd wants them: `n1=http://…,n2=http://…`. */
  initialCluster: string;
}

/** The local addresses that a member listens on. */
export interface ListenUrls {
  peer: string;
  clients: readonly string[];
}

/**
 * Where the member listens: at the host of its own peer address, or on every interface where that is a name, which etcd
 * can't bind to; for clients on loopback too, so that its own server reaches it whatever the network does.
 */
export function listenUrls({ own }: ClusterPlan, listenHost?: string): ListenUrls {
  const peer = new URL(own.peerUrl.replace(/^https?:/, "http:"));
  const scheme = own.peerUrl.split(":")[0];
  const host = listenHost === undefined ? bindable(peer.hostname) : bracketed(listenHost);
  const clientPort = own.clientUrl.slice(own.clientUrl.lastIndexOf(":") + 1);
  const peerPort = own.peerUrl.slice(own.peerUrl.lastIndexOf(":") + 1);
  const everywhere = host === "0.0.0.0" || host === "[::]";
  const hosts = everywhere ? [host] : [...new Set(["127.0.0.1", host === "localhost" ? "127.0.0.1" : host])];
  return {
    peer: `${scheme}://${host}:${peerPort}`,
    clients: hosts.map((each) => `${scheme}://${each}:${clientPort}`),
  };
}

function bindable(hostname: string): string {
  return isIP(hostname.replace(/^\[|\]$/g, "")) > 0 || hostname === "localhost" ? hostname : "0.0.0.0";
}

function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

/** The command line of a member whose data lie in `dir`. */
export function etcdArgs(plan: ClusterPlan, options: MemberOptions, dir: string, admission: Admission): string[] {
  const listen = listenUrls(plan, options.listenHost);
  const settings: Record<string, string> = {
    name: plan.own.name,
    "data-dir": dir,
    "listen-peer-urls": listen.peer,
    "listen-client-urls": listen.clients.join(","),
    "initial-advertise-peer-urls": plan.own.peerUrl,
    "advertise-client-urls": plan.own.clientUrl,
    "initial-cluster": admission.initialCluster,
    "initial-cluster-token": plan.token,
    "initial-cluster-state": admission.state,
    // Old revisions serve watches that were cut off and reads that go through pages; both are over in seconds.
    "auto-compaction-mode": "periodic",
    "auto-compaction-retention": "2m",
    "quota-backend-bytes": String(QUOTA_BYTES),
    // Changes of many jobs travel in one transaction; etcd's own limit is 128.
    "max-txn-ops": String(MAX_TXN_OPS),
    // Entries kept in memory between snapshots. They hold a hundred writes each, so etcd's 100,000 would be gigabytes.
    "snapshot-count": "10000",
    // A member that comes back asks before it calls an election, so it does not unseat the leader.
    "pre-vote": "true",
    logger: "zap",
    "log-outputs": "stderr",
    ...tlsSettings(options),
  };
  return Object.entries(settings).map(([flag, value]) => `--${flag}=${value}`);
}

function tlsSettings({ tls }: MemberOptions): Record<string, string> {
  if (!tls) return {};
  return {
    "cert-file": tls.certPath,
    "key-file": tls.keyPath,
    "trusted-ca-file": tls.caPath,
    "client-cert-auth": "true",
    "peer-cert-file": tls.certPath,
    "peer-key-file": tls.keyPath,
    "peer-trusted-ca-file": tls.caPath,
    "peer-client-cert-auth": "true",
  };
}

/** What of the server's environment etcd gets: nothing named `ETCD_…`, which would change its settings behind our back. */
export function etcdEnv(env: Readonly<Record<string, string>>): Record<string, string> {
  const passed = Object.entries(env).filter(([key]) =>
    /^(PATH|HOME|TZ|LANG|TMPDIR|GO\w+|ETCD_UNSUPPORTED_ARCH)$/.test(key)
  );
  return Object.fromEntries(passed);
}
