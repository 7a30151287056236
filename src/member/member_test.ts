import assert from "node:assert/strict";
import { eventually } from "../../tests/support/eventually.ts";
import { MemberCluster } from "../../tests/support/member_cluster.ts";
import { etcdTest } from "../../tests/support/needs_etcd.ts";

const NAMES = ["n1", "n2", "n3"];

async function call(url: string, body: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  const answer = await response.json();
  assert.ok(response.ok, JSON.stringify(answer));
  return answer;
}

const put = (url: string, key: string, value: string) =>
  call(`${url}/v3/kv/put`, { key: btoa(key), value: btoa(value) });

async function get(url: string, key: string, ownCopy = false): Promise<string | undefined> {
  const answer = await call(`${url}/v3/kv/range`, { key: btoa(key), serializable: ownCopy });
  const [found] = Array.isArray(answer.kvs) ? answer.kvs : [];
  return found && atob(found.value);
}

etcdTest("startMember() forms a cluster of three, one command each, and tells where the store is", async () => {
  await using cluster = await MemberCluster.create(NAMES);
  const members = await Promise.all(NAMES.map((name) => cluster.start(name)));
  await Promise.all(members.map((member, index) => cluster.untilReady(NAMES[index] ?? "", member)));
  const [p1 = 0, p2 = 0, p3 = 0] = NAMES.map((name) => cluster.portOf(name) - 1);
  assert.equal(members[1]?.storeUrl, `etcd://127.0.0.1:${p2},127.0.0.1:${p1},127.0.0.1:${p3}`);
  await put(cluster.clientUrl("n1"), "a", "1");
  assert.equal(await get(cluster.clientUrl("n3"), "a"), "1");
});

etcdTest("startMember() begins no cluster before all its servers are there, and says for whom it waits", async () => {
  await using cluster = await MemberCluster.create(NAMES);
  const first = await cluster.start("n1");
  await eventually(() =>
    cluster.hasSaid("n1", /INFO .*waits to join a cluster of 3: n2 does not .*n3 does not answer/)
  );
  const second = await cluster.start("n2");
  await eventually(() => cluster.hasSaid("n2", /INFO .*waits to join a cluster of 3: n3 does not answer/));
  assert.deepEqual((await Promise.all(NAMES.map((name) => cluster.pidsOf(name)))).flat(), []);
  await Promise.all([cluster.untilReady("n1", first), cluster.untilReady("n2", second), cluster.startReady("n3")]);
});

etcdTest("a member that waits for the quorum of a cluster that was there says who is missing", async () => {
  await using cluster = await MemberCluster.create(NAMES);
  await cluster.startAll();
  await cluster.stopAll();
  const first = await cluster.start("n1");
  const missing = /WARN .*not ready: 1 of 3 servers are there and 2 are needed, waiting for n2, n3/;
  await eventually(() => cluster.hasSaid("n1", missing), { withinMs: 10_000 });
  await Promise.all([cluster.untilReady("n1", first), cluster.startReady("n3")]);
});

etcdTest("a member that is killed is started again and catches up", async () => {
  await using cluster = await MemberCluster.create(NAMES);
  await cluster.startAll();
  const [pid = 0] = await cluster.pidsOf("n2");
  Deno.kill(pid, "SIGKILL");
  await eventually(() => put(cluster.clientUrl("n1"), "while", "away"), { withinMs: 10_000 });
  await eventually(async () => await get(cluster.clientUrl("n2"), "while", true) === "away", { withinMs: 10_000 });
  const [next] = await cluster.pidsOf("n2");
  assert.notEqual(next, pid);
  assert.ok(cluster.hasSaid("n2", /ERROR Cannot keep etcd member "n2" running: exit code 137/));
});

etcdTest("a clean stop and a start of all three keep the data, and leave no process", async () => {
  await using cluster = await MemberCluster.create(NAMES);
  await cluster.startAll();
  await put(cluster.clientUrl("n2"), "kept", "yes");
  await cluster.stopAll();
  assert.deepEqual((await Promise.all(NAMES.map((name) => cluster.pidsOf(name)))).flat(), []);
  await cluster.startAll();
  assert.equal(await get(cluster.clientUrl("n1"), "kept"), "yes");
});

etcdTest("a member that lost its data is replaced by itself, and gets the data back", async () => {
  await using cluster = await MemberCluster.create(NAMES);
  await cluster.startAll();
  await put(cluster.clientUrl("n1"), "precious", "safe");
  await cluster.stop("n3");
  await Deno.remove(cluster.dirOf("n3"), { recursive: true });
  await put(cluster.clientUrl("n1"), "later", "too");
  await cluster.startReady("n3");
  assert.ok(cluster.hasSaid("n3", /WARN .*its former membership is replaced/));
  await eventually(async () => await get(cluster.clientUrl("n3"), "later", true) === "too");
  assert.equal(await get(cluster.clientUrl("n3"), "precious", true), "safe");
  const { members } = await call(`${cluster.clientUrl("n1")}/v3/cluster/member/list`, {});
  assert.equal(Array.isArray(members) && members.length, 3);
});

etcdTest("a member without data does not begin anew while the others, who have them, are away", async () => {
  await using cluster = await MemberCluster.create(NAMES);
  await cluster.startAll();
  await put(cluster.clientUrl("n1"), "precious", "safe");
  await cluster.stopAll();
  await Deno.remove(cluster.dirOf("n3"), { recursive: true });
  const third = await cluster.start("n3");
  await eventually(() => cluster.hasSaid("n3", /waits to join/));
  assert.deepEqual(await cluster.pidsOf("n3"), []);
  await Promise.all([cluster.untilReady("n3", third), cluster.startReady("n1"), cluster.startReady("n2")]);
  assert.equal(await get(cluster.clientUrl("n3"), "precious"), "safe");
});
