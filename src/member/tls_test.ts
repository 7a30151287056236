import assert from "node:assert/strict";
import { Authority } from "../../tests/support/certificates.ts";
import { MemberCluster } from "../../tests/support/member_cluster.ts";
import { etcdTest } from "../../tests/support/needs_etcd.ts";
import { systemClock } from "../runtime/mod.ts";
import { Asker, readPems } from "./ask.ts";
import { reportCluster } from "./cluster_report.ts";
import type { TlsFiles } from "./options.ts";

/** Files of a member that are believed by all who believe its authority. */
async function makeCertificates(root: string): Promise<TlsFiles> {
  const authority = await Authority.create(root);
  const { cert: certPath, key: keyPath } = await authority.issue("member");
  return { certPath, keyPath, caPath: authority.ca };
}

etcdTest("startMember() forms a cluster over TLS, where a stranger is not heard", async () => {
  await using cluster = await MemberCluster.create(["n1", "n2", "n3"], makeCertificates);
  await cluster.startAll();
  const tls = cluster.tls;
  assert.ok(tls);
  using member = new Asker({ clock: systemClock, fetch }, await readPems(tls));
  const report = await reportCluster(member, cluster.clientUrls());
  assert.ok(report.members.every(({ status }) => "sizeBytes" in status));
  using stranger = new Asker({ clock: systemClock, fetch }, undefined);
  await assert.rejects(reportCluster(stranger, cluster.clientUrls()), /Cannot ask "https:/);
});

etcdTest("startMember() refuses https addresses without certificates, and certificates without https", async () => {
  await using cluster = await MemberCluster.create(["n1"]);
  await assert.rejects(cluster.start("n1", { cluster: "n1=https://127.0.0.1:2380" }), /it needs --etcd-peer-cert/);
  const tls = { certPath: "no.pem", keyPath: "no.pem", caPath: "no.pem" };
  await assert.rejects(cluster.start("n1", { tls }), /are http, not https/);
  const secure = cluster.text.replace("http:", "https:");
  await assert.rejects(cluster.start("n1", { cluster: secure, tls }), /Cannot read PEM file "no.pem"/);
});
