import { type Clock, type Log, silentLog, systemClock } from "../../runtime/mod.ts";
import type { Engine } from "../engine.ts";
import { type Profile, PROFILES } from "../profile.ts";
import { type EtcdAddress, type EtcdUser, parseEtcdAddress } from "./address.ts";
import { keyToBytes } from "../key_order.ts";
import { EtcdKv } from "./etcd_kv.ts";
import { Members } from "./members.ts";
import { readTlsFiles } from "./tls.ts";
import { keepUp } from "./upkeep.ts";

/** How a store on etcd is opened, besides its address. */
export interface EtcdOptions {
  /** Who this program is to the cluster, where the address does not say. */
  user?: EtcdUser;
  clock?: Clock;
  log?: Log;
}

/**
 * Opens a store on an etcd cluster (3.4 or later); `parseEtcdAddress` says what the address may hold. Throws `invalid` for
 * an address or TLS that does not fit, `unauthorized` or `forbidden` for the user, `unavailable` when no member answers.
 */
export async function openEtcd(url: string, options: EtcdOptions = {}): Promise<Engine> {
  const { clock = systemClock, log = silentLog } = options;
  const address = parseEtcdAddress(url);
  const profile = profileFor(address);
  const members = new Members({
    name: address.name,
    addresses: address.hosts,
    tls: await readTlsFiles(address),
    user: address.user ?? options.user,
    clock,
    log,
    deadlineMs: profile.deadlineMs,
    probe: keyToBytes(address.namespace),
  });
  try {
    await members.mustAnswer();
  } catch (thrown) {
    members[Symbol.dispose]();
    throw thrown;
  }
  const kv = new EtcdKv({ members, limits: profile.limits, namespace: address.namespace, clock, log });
  const stop = new AbortController();
  const upkeep = keepUp({ members, clock, log }, stop.signal);
  return {
    kv,
    profile,
    async close() {
      if (stop.signal.aborted) return;
      stop.abort();
      kv.close();
      await upkeep;
      members[Symbol.dispose]();
    },
  };
}

/** Members that take more operations in a transaction carry larger batches. */
function profileFor({ maxTxnOps }: EtcdAddress): Profile {
  const profile = PROFILES.etcd;
  if (maxTxnOps === undefined) return profile;
  return { ...profile, limits: { ...profile.limits, checks: maxTxnOps, mutations: maxTxnOps } };
}
