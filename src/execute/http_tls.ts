import { messageOf } from "../runtime/mod.ts";
import type { HttpConfig } from "../model/http_config.ts";

/** What a connection is secured with. Equal `key`s mean equal options, so connections can be shared by it. */
export interface TlsOptions {
  key: string;
  verify: boolean;
  cert: string | undefined;
  certKey: string | undefined;
  ca: string | undefined;
}

const PLAIN: TlsOptions = { key: "", verify: true, cert: undefined, certKey: undefined, ca: undefined };

/** Reads the TLS files of a config, anew for each run, so that a renewed certificate counts at once. */
export async function readTlsOptions(config: HttpConfig): Promise<TlsOptions> {
  const { tlsNoVerifyPeer, tlsCertificateFile, tlsCertificateKeyFile, tlsRootCAsFile } = config;
  if (!tlsNoVerifyPeer && tlsCertificateFile === undefined && tlsRootCAsFile === undefined) return PLAIN;
  const [cert, certKey, ca] = await Promise.all([
    readPem("tlsCertificateFile", tlsCertificateFile),
    readPem("tlsCertificateKeyFile", tlsCertificateKeyFile),
    readPem("tlsRootCAsFile", tlsRootCAsFile),
  ]);
  return { key: JSON.stringify([tlsNoVerifyPeer, cert, certKey, ca]), verify: !tlsNoVerifyPeer, cert, certKey, ca };
}

async function readPem(option: string, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const text = await Deno.readTextFile(path).catch((thrown) => {
    throw new Error(`Cannot read ${option} "${path}": ${messageOf(thrown)}`);
  });
  if (!text.includes("-----BEGIN ")) throw new Error(`Cannot use ${option} "${path}": it is no PEM file`);
  return text;
}
