import type { Clock, Log } from "../runtime/mod.ts";

/** The PEM files of a cluster whose addresses are `https`; each connection is checked on both sides. */
export interface TlsFiles {
  certPath: string;
  keyPath: string;
  caPath: string;
}

/** How this server's etcd member is to be run. */
export interface MemberOptions {
  /** `n1=http://10.0.0.1:2380,n2=…`: every server of the cluster, this one included. */
  cluster: string;
  /** Which of them this one is. */
  nodeName: string;
  /** The server's data directory; the member's data lie in `etcd` below it. */
  dataDir: string;
  /** Path of the program, or its name on the PATH. */
  etcdBinary: string;
  /** Every member's client port; the one below its peer port when absent. */
  clientPort?: number;
  /** The local address to listen on, where it is not the host of the own peer address. */
  listenHost?: string;
  tls?: TlsFiles;
}

/** The web's `fetch`, with Deno's choice of a client. */
export type MemberFetch = (
  url: string,
  init: RequestInit & { client?: Deno.HttpClient },
) => Response | Promise<Response>;

/** What a member works with. */
export interface MemberDeps {
  clock: Clock;
  log: Log;
  env: Readonly<Record<string, string>>;
  fetch: MemberFetch;
}
