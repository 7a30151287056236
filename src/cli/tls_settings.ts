import { z } from "zod";
import { text } from "./setting_text.ts";
import { UsageError } from "./usage_error.ts";

const file = text("the path of a PEM file");

/** Settings of `start` for TLS (RFC 8446); empty texts mean none. */
export const tlsSettingsShape = { tlsCert: file, tlsKey: file, tlsClientCa: file, tlsCa: file };

const tlsSettingsSchema = z.object(tlsSettingsShape);
type Given = z.output<typeof tlsSettingsSchema>;

/** The same settings as the help shows them. */
export const TLS_SETTINGS = {
  tlsCert: {
    value: "FILE",
    kind: "text",
    what: "certificate, and what lies between it and its authority: listen with TLS; of an agent: show it to servers",
  },
  tlsKey: { value: "FILE", kind: "text", what: "key of that certificate; both are read again when they change" },
  tlsClientCa: { value: "FILE", kind: "text", what: "agents must show a certificate of this authority" },
  tlsCa: { value: "FILE", kind: "text", what: "of an agent: believe servers with a certificate of this authority" },
} as const satisfies Record<keyof Given, { value: string; kind: "text"; what: string }>;

/** Settings that nobody set. */
export function defaultTlsSettings(): Given {
  return { tlsCert: "", tlsKey: "", tlsClientCa: "", tlsCa: "" };
}

/** Paths of PEM files; an empty one names none. */
export interface TlsPaths {
  cert: string;
  key: string;
  /** What certificates of the other side are to be of. */
  ca: string;
}

/** The files that a server listens with, or that an agent calls with; null where TLS is not asked for. Throws a UsageError. */
export function tlsPathsOf(settings: Given & { server: boolean }): TlsPaths | null {
  const { server, tlsCert: cert, tlsKey: key, tlsClientCa, tlsCa } = settings;
  if ((cert === "") !== (key === "")) throw new UsageError(["--tls-cert and --tls-key go together: give both"]);
  if (server && tlsCa !== "") throw new UsageError(["--tls-ca is for an agent alone, with --join"]);
  if (!server && tlsClientCa !== "") throw new UsageError(["--tls-client-ca is for servers, which agents call"]);
  if (server && cert === "" && tlsClientCa !== "") {
    throw new UsageError(["--tls-client-ca needs --tls-cert and --tls-key: without TLS nobody shows a certificate"]);
  }
  const paths = { cert, key, ca: server ? tlsClientCa : tlsCa };
  return Object.values(paths).every((path) => path === "") ? null : paths;
}
