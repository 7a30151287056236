import type { Engine } from "../../src/kv/mod.ts";
import { DenoKvServer } from "./deno_kv_server.ts";
import { EtcdCluster } from "./etcd_cluster.ts";

/** A new store on a denokv of its own, which ends with it. */
export async function openOnDenoKv(): Promise<Engine> {
  return await endingWith(await DenoKvServer.start());
}

/** A new store on an etcd of one member, which ends with it. */
export async function openOnEtcd(): Promise<Engine> {
  return await endingWith(await EtcdCluster.start(1, { flags: ["--heartbeat-interval=20", "--election-timeout=200"] }));
}

async function endingWith(server: AsyncDisposable & { open(): Promise<Engine> }): Promise<Engine> {
  const engine = await server.open().catch(async (thrown: unknown) => {
    await server[Symbol.asyncDispose]();
    throw thrown;
  });
  return {
    ...engine,
    async close() {
      await engine.close();
      await server[Symbol.asyncDispose]();
    },
  };
}
