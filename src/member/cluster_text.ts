import { hashDigits, invalid } from "../runtime/mod.ts";

/** One server of the cluster, as the `--cluster` text names it. */
export interface ClusterEntry {
  /** The member's name, which is its server's node name. */
  name: string;
  /** Where members speak to each other: `http://10.0.0.1:2380`. */
  peerUrl: string;
  /** Where the member takes its clients: `http://10.0.0.1:2379`. */
  clientUrl: string;
}

/** The cluster as its text describes it, seen from one of its servers. */
export interface ClusterPlan {
  entries: readonly ClusterEntry[];
  own: ClusterEntry;
  others: readonly ClusterEntry[];
  /** The same for everyone who has the same entries, in whatever order: etcd keeps clusters apart by it. */
  token: string;
  /** True where the text says `https`. */
  secure: boolean;
  /** What is allowed and not wise. */
  warnings: readonly string[];
}

const FORM = "write it like n1=http://10.0.0.1:2380,n2=http://10.0.0.2:2380,n3=http://10.0.0.3:2380";

/**
 * Reads a `--cluster` text from the point of view of the server called `nodeName`. A member's client port is `clientPort`,
 * else the one below its peer port (2379 for 2380). Throws `invalid`.
 *
 * @example
 * ```ts
 * import { parseCluster } from "./cluster_text.ts";
 * parseCluster("a=http://10.0.0.1:2380", "a").own.clientUrl; // "http://10.0.0.1:2379"
 * ```
 */
export function parseCluster(text: string, nodeName: string, clientPort?: number): ClusterPlan {
  const refuse = (reason: string) => invalid(`Cannot use cluster "${text}": ${reason}`);
  const parts = text.split(",").map((part) => part.trim()).filter((part) => part !== "");
  if (parts.length === 0) throw refuse(`it names nobody; ${FORM}`);
  const entries = parts.map((part) => readEntry(part, clientPort, refuse));
  checkTogether(entries, refuse);
  const own = entries.find(({ name }) => name === nodeName);
  if (!own) {
    const names = entries.map(({ name }) => name).join(", ");
    throw refuse(`this node is called "${nodeName}", which is not one of ${names}; say --node-name NAME`);
  }
  return {
    entries,
    own,
    others: entries.filter((entry) => entry !== own),
    token: `carillon-${hashDigits(textOf(entries), 12)}`,
    secure: own.peerUrl.startsWith("https:"),
    warnings: warningsOf(entries.length),
  };
}

/** A cluster's text in one form, whatever the order it was written in. */
export function textOf(entries: readonly Pick<ClusterEntry, "name" | "peerUrl">[]): string {
  return entries.map(({ name, peerUrl }) => `${name}=${peerUrl}`).sort().join(",");
}

type Refuse = (reason: string) => Error;

function readEntry(part: string, clientPort: number | undefined, refuse: Refuse): ClusterEntry {
  const at = part.indexOf("=");
  const name = part.slice(0, Math.max(at, 0)).trim();
  if (!/^[A-Za-z0-9._-]{1,200}$/.test(name)) throw refuse(`"${part}" is not NAME=URL; ${FORM}`);
  const url = peerUrl(part.slice(at + 1).trim(), refuse);
  const port = clientPort ?? Number(url.port) - 1;
  if (port < 1) throw refuse(`"${part}" leaves no port below it for clients; say --etcd-client-port`);
  return {
    name,
    peerUrl: `${url.protocol}//${url.hostname}:${url.port}`,
    clientUrl: `${url.protocol}//${url.hostname}:${port}`,
  };
}

/** Reads the address alone: etcd compares these letter by letter, so the port must be there and nothing after it. */
function peerUrl(text: string, refuse: Refuse): { protocol: string; hostname: string; port: string } {
  const match = /^(https?:)\/\/(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})\/?$/.exec(text);
  const [, protocol = "", hostname = "", port = ""] = match ?? [];
  if (!match || !URL.canParse(text) || Number(port) < 1) {
    throw refuse(`"${text}" is not an address with a port, like http://10.0.0.1:2380`);
  }
  return { protocol, hostname, port: String(Number(port)) };
}

function checkTogether(entries: readonly ClusterEntry[], refuse: Refuse): void {
  const twice = (values: string[]) => values.find((value, index) => values.indexOf(value) !== index);
  const name = twice(entries.map((entry) => entry.name));
  if (name !== undefined) throw refuse(`"${name}" is in it twice`);
  const schemes = new Set(entries.map((entry) => entry.peerUrl.split(":")[0]));
  if (schemes.size > 1) throw refuse("some addresses are http and some https");
  const url = twice(entries.flatMap((entry) => [entry.peerUrl, entry.clientUrl]));
  if (url !== undefined) {
    throw refuse(`${url} would serve two purposes: on one host, peer ports must be two apart, and no client port set`);
  }
}

function warningsOf(count: number): string[] {
  if (count < 3) {
    return [`A cluster of ${count} goes on after the loss of no server: name three`];
  }
  if (count % 2 === 0) {
    return [`A cluster of ${count} bears the loss of no more servers than one of ${count - 1}: name an odd number`];
  }
  return [];
}
