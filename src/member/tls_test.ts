import assert from "node:assert/strict";
import { MemberCluster } from "../../tests/support/member_cluster.ts";
import { etcdTest } from "../../tests/support/needs_etcd.ts";
import { systemClock } from "../runtime/mod.ts";
import { Asker, readPems } from "./ask.ts";
import { reportCluster } from "./cluster_report.ts";
import type { TlsFiles } from "./options.ts";

/** A certificate for 127.0.0.1, for both sides of a connection, that is its own authority. */
async function makeCertificates(root: string): Promise<TlsFiles> {
  const files = { certPath: `${root}/cert.pem`, keyPath: `${root}/key.pem`, caPath: `${root}/ca.pem` };
  await openssl([
    "req",
    "-x509",
    ...newKey(`${root}/ca.key`),
    "-out",
    files.caPath,
    "-subj",
    "/CN=test-ca",
    "-days",
    "2",
  ]);
  const request = `${root}/request.pem`, extensions = `${root}/extensions`;
  await openssl(["req", ...newKey(files.keyPath), "-out", request, "-subj", "/CN=member"]);
  await Deno.writeTextFile(extensions, "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n");
  const signing = ["-CA", files.caPath, "-CAkey", `${root}/ca.key`, "-CAcreateserial", "-extfile", extensions];
  await openssl(["x509", "-req", "-in", request, "-out", files.certPath, "-days", "2", ...signing]);
  return files;
}

const newKey = (
  path: string,
) => ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", path];

async function openssl(args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", { args }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
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
