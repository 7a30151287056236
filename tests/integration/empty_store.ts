import { DenoKvServer } from "../support/deno_kv_server.ts";
import { EtcdCluster } from "../support/etcd_cluster.ts";

/** A store as commands name it, with the environment that they need for it. */
export interface NamedStore {
  kv: string;
  env: Record<string, string>;
}

/** An empty store that goes when it is disposed of. */
export type EmptyStore = NamedStore & AsyncDisposable;

/** A data directory that is not there yet. */
export async function emptyOnDisk(): Promise<EmptyStore> {
  const dir = await Deno.makeTempDir({ prefix: "carillon-empty-" });
  const remove = () => Deno.remove(dir, { recursive: true });
  return { kv: `${dir}/data`, env: {}, [Symbol.asyncDispose]: remove };
}

/** A denokv of its own. */
export async function emptyOnDenoKv(): Promise<EmptyStore> {
  const server = await DenoKvServer.start();
  const env = { DENO_KV_ACCESS_TOKEN: server.accessToken };
  return { kv: server.url, env, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** An etcd of one member. */
export async function emptyOnEtcd(): Promise<EmptyStore> {
  const cluster = await EtcdCluster.start(1);
  return { kv: cluster.url, env: {}, [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose]() };
}
