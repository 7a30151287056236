import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { invalid } from "../runtime/mod.ts";

/** Ranges that have a name: what is not the open internet, the addresses of cloud metadata among it (RFC 1918, 4193, 6890). */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  private: [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "::/127",
    "64:ff9b::/96",
    "fc00::/7",
    "fe80::/10",
  ],
};

/** Addresses that jobs must not call. */
export class DeniedAddresses {
  readonly isEmpty: boolean;
  readonly #list = new BlockList();

  /** Ranges like `10.0.0.0/8`, `fe80::/10` or `203.0.113.7`, and `private`. Throws `invalid`. */
  constructor(ranges: readonly string[]) {
    this.isEmpty = ranges.length === 0;
    for (const range of ranges.flatMap((text) => NAMED[text] ?? [text])) this.#add(range);
  }

  /**
   * An address of a host that may be called, which then is the one to connect to: a name may stand for another one the next
   * time. Throws where there is none.
   */
  async addressOf(hostname: string): Promise<string> {
    const host = hostname.replace(/^\[|\]$/g, "");
    const family = isIP(host);
    const addresses = family === 0 ? await lookup(host, { all: true }) : [{ address: host, family }];
    const allowed = addresses.find(({ address, family }) => !this.#list.check(address, family === 6 ? "ipv6" : "ipv4"));
    if (allowed) return allowed.address;
    const found = addresses.map(({ address }) => address).join(", ");
    throw new Error(
      `${host === found ? host : `${host} (${found})`} must not be called: this node's --http-deny says so`,
    );
  }

  #add(range: string): void {
    const [, address = "", bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(range) ?? [];
    const family = isIP(address);
    const most = family === 6 ? 128 : 32;
    if (family === 0 || Number(bits ?? 0) > most) {
      throw invalid(`Cannot deny "${range}": write a range like 10.0.0.0/8 or fe80::/10, or private`);
    }
    this.#list.addSubnet(address, Number(bits ?? most), family === 6 ? "ipv6" : "ipv4");
  }
}
