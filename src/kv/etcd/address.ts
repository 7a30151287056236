import { invalid } from "../../runtime/mod.ts";

/** A user that the cluster knows. */
export interface EtcdUser {
  user: string;
  password: string;
}

/** An `etcd://` or `etcds://` address, taken apart. */
export interface EtcdAddress {
  /** The address without its password, for messages. */
  name: string;
  hosts: readonly [string, ...string[]];
  tls: boolean;
  user: EtcdUser | undefined;
  /** Begins all keys, one character a byte. */
  namespace: string;
  /** Files (PEM) of the CA, and of this program's own certificate and key. */
  files: { ca?: string; cert?: string; key?: string };
  /** The members' `--max-txn-ops`, where it is not the usual one. */
  maxTxnOps: number | undefined;
}

const FORM = /^(etcds?):\/\/(?:([^@/?#]*)@)?([^@/?#]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/;
const HOST = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/;
const DEFAULT_PORT = 2379;
const DEFAULT_NAMESPACE = "carillon";
const QUERY = ["ca", "cert", "key", "max-txn-ops"];

/**
 * Takes apart `etcd[s]://[user:password@]host:port[,host:port…][/namespace][?ca=…&cert=…&key=…&max-txn-ops=…]`; throws
 * `invalid` with what is wrong.
 *
 * @example
 * ```ts
 * import { parseEtcdAddress } from "./address.ts";
 * parseEtcdAddress("etcd://a:2379,b:2379").hosts; // ["a:2379", "b:2379"]
 * ```
 */
export function parseEtcdAddress(url: string): EtcdAddress {
  const [, scheme, authority, hostList = "", path = "", query = ""] = FORM.exec(url) ?? [];
  const name = url.replace(/^(\w+:\/\/[^@/:]*):[^@/]*@/, "$1:***@");
  const refuse = (reason: string) => invalid(`Cannot use store "${name}": ${reason}`);
  if (scheme === undefined) throw refuse("it is not etcd://host:port[,host:port…]");
  const [first, ...rest] = hostList.split(",").map((host) => {
    const [, hostName, port = `${DEFAULT_PORT}`] = HOST.exec(host) ?? [];
    if (hostName === undefined || Number(port) > 65_535) throw refuse(`"${host}" is not host:port`);
    return `${hostName}:${port}`;
  });
  if (first === undefined) throw refuse("it names no host");
  const options = new URLSearchParams(query);
  for (const key of options.keys()) {
    if (!QUERY.includes(key)) throw refuse(`it has an option "${key}"; known are ${QUERY.join(", ")}`);
  }
  const files = { ca: fileOf(options, "ca"), cert: fileOf(options, "cert"), key: fileOf(options, "key") };
  const tls = scheme === "etcds";
  if (!tls && Object.values(files).some((file) => file !== undefined)) {
    throw refuse("certificates are for etcds://, and this is etcd://");
  }
  if ((files.cert === undefined) !== (files.key === undefined)) throw refuse("cert and key go together");
  const user = userOf(authority);
  if (user === null) throw refuse("before the @ stands user:password");
  const maxTxnOps = options.get("max-txn-ops");
  if (maxTxnOps !== null && !/^[1-9]\d{1,4}$/.test(maxTxnOps)) throw refuse("max-txn-ops is a number from 10 on");
  return {
    name,
    hosts: [first, ...rest],
    tls,
    user,
    namespace: `${namespaceOf(path)}/`,
    files,
    maxTxnOps: maxTxnOps === null ? undefined : Number(maxTxnOps),
  };
}

function fileOf(options: URLSearchParams, name: string): string | undefined {
  return options.get(name) ?? undefined;
}

/** Null for text that is no `user:password`. */
function userOf(authority: string | undefined): EtcdUser | undefined | null {
  if (authority === undefined) return undefined;
  const [, user, password] = /^([^:]+):(.*)$/.exec(authority) ?? [];
  if (user === undefined || password === undefined) return null;
  return { user: decodeURIComponent(user), password: decodeURIComponent(password) };
}

function namespaceOf(path: string): string {
  const bytes = new TextEncoder().encode(path.replace(/\/+$/, "") || DEFAULT_NAMESPACE);
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
