import { z } from "zod";
import type { MemberOptions } from "../member/mod.ts";
import { isNot, text } from "./setting_text.ts";

const port = z.number({ error: isNot("a port") }).refine(
  (value) => Number.isInteger(value) && value > 0 && value < 65_536,
  {
    error: isNot("a port from 1 to 65535"),
  },
);

/** Settings of `start` for a server with an etcd member of its own; empty texts mean none. The cluster's text is parsed later. */
export const memberSettingsShape = {
  cluster: text("a text like n1=http://10.0.0.1:2380,n2=…"),
  etcdBinary: text("the path of a program"),
  etcdClientPort: port.optional(),
  etcdListen: text("an address of this machine"),
  etcdPeerCert: text("the path of a PEM file"),
  etcdPeerKey: text("the path of a PEM file"),
  etcdPeerCa: text("the path of a PEM file"),
};

const memberSettingsSchema = z.object(memberSettingsShape);
/** Settings of `start` for a server with an etcd member of its own. */
export type MemberSettings = z.output<typeof memberSettingsSchema>;

/** The same settings as the help shows them. */
export const MEMBER_SETTINGS = {
  cluster: {
    value: "NAME=URL,…",
    kind: "text",
    what: "run an etcd member beside this server: the peer address of each server, by node name",
  },
  etcdBinary: { value: "PATH", kind: "text", what: "the etcd program that --cluster starts (etcd)" },
  etcdClientPort: { value: "PORT", kind: "whole", what: "every member's client port (the one below its peer port)" },
  etcdListen: { value: "HOST", kind: "text", what: "where etcd listens (the host of the own address in --cluster)" },
  etcdPeerCert: { value: "FILE", kind: "text", what: "certificate of this member, where --cluster says https" },
  etcdPeerKey: { value: "FILE", kind: "text", what: "key of that certificate" },
  etcdPeerCa: { value: "FILE", kind: "text", what: "certificate authority of all members and their clients" },
} as const satisfies Record<keyof MemberSettings, { value: string; kind: "text" | "whole"; what: string }>;

/** Settings that nobody set. */
export function defaultMemberSettings(): MemberSettings {
  return { cluster: "", etcdBinary: "etcd", etcdListen: "", etcdPeerCert: "", etcdPeerKey: "", etcdPeerCa: "" };
}

/** How this server's member is to be run; undefined where `--cluster` is not given. */
export function memberOptionsOf(
  settings: MemberSettings & { nodeName: string; dataDir: string },
): MemberOptions | undefined {
  const { cluster, nodeName, dataDir, etcdBinary, etcdClientPort: clientPort, etcdListen } = settings;
  if (cluster === "") return undefined;
  const { etcdPeerCert: certPath, etcdPeerKey: keyPath, etcdPeerCa: caPath } = settings;
  const tls = certPath + keyPath + caPath === "" ? undefined : { certPath, keyPath, caPath };
  return { cluster, nodeName, dataDir, etcdBinary, clientPort, listenHost: etcdListen || undefined, tls };
}
