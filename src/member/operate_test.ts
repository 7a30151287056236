import assert from "node:assert/strict";
import { eventually } from "../../tests/support/eventually.ts";
import { freePortPairs } from "../../tests/support/free_ports.ts";
import { MemberCluster } from "../../tests/support/member_cluster.ts";
import { etcdTest } from "../../tests/support/needs_etcd.ts";
import { systemClock } from "../runtime/mod.ts";
import { Asker } from "./ask.ts";
import { reportCluster } from "./cluster_report.ts";
import { replaceMember } from "./replace_member.ts";

etcdTest("reportCluster() tells members, leader and sizes; replaceMember() moves a dead one elsewhere", async () => {
  await using cluster = await MemberCluster.create(["n1", "n2", "n3"]);
  await cluster.startAll();
  using asker = new Asker({ clock: systemClock, fetch }, undefined);
  const deps = { asker, clock: systemClock };
  const urls = cluster.clientUrls();
  const report = await reportCluster(asker, urls);
  assert.deepEqual(report.members.map(({ member }) => member.name).sort(), ["n1", "n2", "n3"]);
  assert.ok(report.members.some(({ member }) => member.id === report.leaderId), "the leader is one of them");
  assert.ok(report.members.every(({ status }) => "sizeBytes" in status && status.sizeBytes > 0));
  assert.deepEqual([report.healthy, report.alarms], [true, []]);

  await assert.rejects(replaceMember(deps, urls, { name: "n9", peerUrl: "http://127.0.0.1:1" }), /the members are/);
  const [port] = freePortPairs(1);
  const peerUrl = `http://127.0.0.1:${port}`;
  await assert.rejects(replaceMember(deps, urls, { name: "n3", peerUrl }), /^CarillonError: .*it answers at http/);

  await cluster.stop("n3");
  await Deno.remove(cluster.dirOf("n3"), { recursive: true });
  const seen = await eventually(async () => {
    const { members, leaderId } = await reportCluster(asker, urls);
    return leaderId !== undefined && members.filter(({ status }) => "reason" in status);
  });
  assert.deepEqual(seen.map(({ member }) => member.name), ["n3"]);
  const text = await replaceMember(deps, urls, { name: "n3", peerUrl });
  assert.equal(text, cluster.text.replace(/(?<=n3=).*$/, peerUrl));
  await cluster.startReady("n3", { cluster: text });
  const after = await reportCluster(asker, urls);
  assert.ok(after.members.some(({ member }) => member.name === "n3" && member.peerUrls[0] === peerUrl));
});
