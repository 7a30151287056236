import { type Clock, invalid, type Log, messageOf } from "../runtime/mod.ts";
import { openEmbedded } from "./embedded.ts";
import type { Engine } from "./engine.ts";

/** What opening a store may need besides its address. */
export interface OpenEngineOptions {
  /** For `http(s)://`: what the server was started with. */
  accessToken?: string;
  /** For `etcd(s)://`: who this program is, where the address does not say. */
  user?: { user: string; password: string };
  clock?: Clock;
  log?: Log;
}

/**
 * Opens the store that `address` names:
 *
 *     a path, or :memory:                                    Deno KV in a file of this machine
 *     http://host:port, https://host[?ca=FILE]               KV Connect (denokv, or managed Deno KV)
 *     etcd[s]://[user:password@]host:port[,host:port…]…      an etcd cluster (see `parseEtcdAddress`)
 *
 * Throws `invalid` for any other form, and what the engine's own opening throws. The engines of other machines are
 * loaded only when they are asked for.
 */
export async function openEngine(address: string, options: OpenEngineOptions = {}): Promise<Engine> {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(address)?.[1]?.toLowerCase();
  switch (scheme) {
    case undefined:
      return await openEmbedded(pathOf(address));
    case "http":
    case "https":
      return await openHttp(address, options);
    case "etcd":
    case "etcds": {
      const { openEtcd } = await import("./etcd/open.ts");
      return await openEtcd(address, options);
    }
    default:
      throw invalid(
        `Cannot open store "${address}": known are a path, http(s)://host:port, and etcd(s)://host:port,host:port,…`,
      );
  }
}

function pathOf(address: string): string {
  if (address.trim() === "") throw invalid(`Cannot open store "${address}": it names no file`);
  return address;
}

async function openHttp(address: string, { accessToken, clock, log }: OpenEngineOptions): Promise<Engine> {
  const url = URL.parse(address);
  if (!url) throw invalid(`Cannot open store "${address}": it is no address`);
  if (url.username || url.password) {
    throw invalid(`Cannot open store "${url.origin}": the access token does not belong into the address`);
  }
  if (!accessToken) {
    throw invalid(`Cannot open store "${address}": it needs an access token, in DENO_KV_ACCESS_TOKEN`);
  }
  const ca = await caOf(url);
  const { openConnect } = await import("./connect/open.ts");
  return await openConnect(url.href.replace(/\/$/, ""), { accessToken, ca, clock, log });
}

/** Takes `?ca=FILE` off the address and reads the file. */
async function caOf(url: URL): Promise<string | undefined> {
  const path = url.searchParams.get("ca");
  if (path === null) return undefined;
  url.searchParams.delete("ca");
  if (url.protocol !== "https:") throw invalid(`Cannot open store "${url.origin}": a CA is for https://`);
  return await Deno.readTextFile(path).catch((thrown: unknown) => {
    throw invalid(`Cannot open store "${url.origin}": file "${path}" can't be read: ${messageOf(thrown)}`);
  });
}
