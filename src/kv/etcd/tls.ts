import { Buffer } from "node:buffer";
import { isIP } from "node:net";
import { checkServerIdentity } from "node:tls";
import { type ChannelCredentials, type ClientOptions, credentials } from "@grpc/grpc-js";
import { invalid, messageOf } from "../../runtime/mod.ts";
import type { EtcdAddress } from "./address.ts";

/** What a TLS connection shows and trusts, as PEM; nothing of it = the usual CAs and no certificate of its own. */
export interface TlsFiles {
  ca: Buffer | null;
  key: Buffer | null;
  cert: Buffer | null;
}

/** How a connection to one member is made. */
export interface Connecting {
  credentials: ChannelCredentials;
  options: ClientOptions;
}

/** Sent as the name of a server that is known by its IP address, as TLS takes no address there. */
const NAMELESS = "etcd.invalid";

/** How to connect to a member; without TLS when there are no files. */
export function connecting(address: string, files: TlsFiles | undefined): Connecting {
  if (!files) return { credentials: credentials.createInsecure(), options: {} };
  const { ca, key, cert } = files;
  const host = address.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  if (isIP(host) === 0) return { credentials: credentials.createSsl(ca, key, cert), options: {} };
  return {
    credentials: credentials.createSsl(ca, key, cert, {
      checkServerIdentity: (_name, shown) => checkServerIdentity(host, shown),
    }),
    options: { "grpc.ssl_target_name_override": NAMELESS },
  };
}

/** Reads the files that an `etcds://` address names; throws `invalid` for one that can't be used. */
export async function readTlsFiles({ name, tls, files }: EtcdAddress): Promise<TlsFiles | undefined> {
  if (!tls) return undefined;
  const read = async (path: string | undefined) => path === undefined ? null : await readPem(name, path);
  const [ca, key, cert] = await Promise.all([read(files.ca), read(files.key), read(files.cert)]);
  return { ca, key, cert };
}

async function readPem(store: string, path: string): Promise<Buffer> {
  const bytes = await Deno.readFile(path).catch((thrown: unknown) => {
    throw invalid(`Cannot use store "${store}": file "${path}" can't be read: ${messageOf(thrown)}`);
  });
  const file = Buffer.from(bytes);
  if (!file.includes("-----BEGIN ")) throw invalid(`Cannot use store "${store}": file "${path}" is no PEM file`);
  return file;
}
