import { ConnectProxy } from "../../support/connect_proxy.ts";
import { DenoKvServer } from "../../support/deno_kv_server.ts";
import { EtcdCluster } from "../../support/etcd_cluster.ts";
import { TcpProxy } from "../../support/tcp_proxy.ts";

/** What a fleet can keep its state in. */
export const STORE_KINDS = ["embedded", "denokv", "etcd"] as const;
/** What a fleet can keep its state in. */
export type StoreKind = typeof STORE_KINDS[number];

/** A store that servers open by its address. */
interface Opened extends AsyncDisposable {
  /** What servers get as `--kv`; empty: a file of their own. */
  readonly url: string;
  readonly env: Record<string, string>;
}

/** A real store, which ends with the test. Its servers may be led through a proxy that can lose answers. */
export type FleetStore =
  & Opened
  & (
    | { readonly kind: "embedded" }
    | { readonly kind: "denokv"; readonly server: DenoKvServer; readonly proxy: ConnectProxy | undefined }
    | { readonly kind: "etcd"; readonly cluster: EtcdCluster; readonly proxies: readonly TcpProxy[] }
  );

/** Starts a store; `proxied`: its servers go through a proxy. */
export async function openFleetStore(kind: StoreKind, proxied: boolean): Promise<FleetStore> {
  switch (kind) {
    case "embedded":
      return { kind, url: "", env: {}, [Symbol.asyncDispose]: () => Promise.resolve() };
    case "denokv":
      return await openDenoKv(proxied);
    case "etcd":
      return await openEtcd(proxied);
  }
}

async function openDenoKv(proxied: boolean): Promise<FleetStore> {
  const server = await DenoKvServer.start();
  const proxy = proxied ? new ConnectProxy(server.url) : undefined;
  return {
    kind: "denokv",
    server,
    proxy,
    url: proxy?.url ?? server.url,
    env: { DENO_KV_ACCESS_TOKEN: server.accessToken },
    async [Symbol.asyncDispose]() {
      await proxy?.[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function openEtcd(proxied: boolean): Promise<FleetStore> {
  const cluster = await EtcdCluster.start(3);
  const proxies = proxied ? cluster.addresses.map((address) => new TcpProxy(address)) : [];
  return {
    kind: "etcd",
    cluster,
    proxies,
    url: proxied ? `etcd://${proxies.map(({ address }) => address).join()}` : cluster.url,
    env: {},
    async [Symbol.asyncDispose]() {
      for (const proxy of proxies) await proxy[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    },
  };
}
