import type { Command } from "commander";
import { Asker, readPems } from "../member/mod.ts";
import type { Cli } from "./cli.ts";
import { UsageError } from "./usage_error.ts";

const DEFAULT_URL = "http://127.0.0.1:2379";

/** What every command that speaks to etcd members may be told. */
export interface EtcdOptions {
  etcd?: string;
  etcdPeerCert?: string;
  etcdPeerKey?: string;
  etcdPeerCa?: string;
}

/** The members that a command speaks to. */
export interface EtcdAccess extends Disposable {
  asker: Asker;
  urls: readonly string[];
}

/** Adds the options of a command that speaks to etcd members. */
export function withEtcd(command: Command): Command {
  return command
    .option("--etcd <URL,…>", `client addresses of members, one is enough (CARILLON_ETCD, or ${DEFAULT_URL})`)
    .option("--etcd-peer-cert <FILE>", "certificate to show, where the addresses are https")
    .option("--etcd-peer-key <FILE>", "key of that certificate")
    .option("--etcd-peer-ca <FILE>", "certificate authority of the members");
}

/** The members that `--etcd`, or else CARILLON_ETCD, names. Throws a UsageError for what is no address. */
export async function openEtcd(cli: Cli, options: EtcdOptions): Promise<EtcdAccess> {
  const text = options.etcd ?? (cli.env.CARILLON_ETCD || DEFAULT_URL);
  const source = options.etcd === undefined ? "environment CARILLON_ETCD" : "flag --etcd";
  const urls = text.split(",").map((url) => url.trim().replace(/\/+$/, ""));
  const wrong = urls.find((url) => !/^https?:\/\/[^/?#]+$/.test(url) || !URL.canParse(url));
  if (wrong !== undefined) {
    throw new UsageError([`${source}: ${JSON.stringify(wrong)} is not an address like ${DEFAULT_URL}`]);
  }
  const { etcdPeerCert: certPath, etcdPeerKey: keyPath, etcdPeerCa: caPath } = options;
  const given = [certPath, keyPath, caPath].filter((path) => path !== undefined).length;
  if (given > 0 && given < 3) {
    throw new UsageError(["--etcd-peer-cert, --etcd-peer-key and --etcd-peer-ca belong together"]);
  }
  const files = certPath && keyPath && caPath ? { certPath, keyPath, caPath } : undefined;
  const asker = new Asker({ clock: cli.clock, fetch: cli.fetch }, files && await readPems(files));
  return { asker, urls, [Symbol.dispose]: () => asker[Symbol.dispose]() };
}
