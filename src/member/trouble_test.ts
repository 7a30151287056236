import assert from "node:assert/strict";
import { eventually } from "../../tests/support/eventually.ts";
import { MemberCluster } from "../../tests/support/member_cluster.ts";
import { etcdTest } from "../../tests/support/needs_etcd.ts";
import { CarillonError } from "../runtime/mod.ts";

/** The message that a server which can't start prints. */
async function refusal(cluster: MemberCluster, ...args: Parameters<MemberCluster["start"]>): Promise<string> {
  try {
    await cluster.startReady(...args);
  } catch (thrown) {
    if (thrown instanceof CarillonError) return thrown.message;
    throw thrown;
  }
  throw new Error("it started");
}

Deno.test("startMember() says how to get etcd when it is missing", async () => {
  await using cluster = await MemberCluster.create(["n1"]);
  assert.equal(
    await refusal(cluster, "n1", { etcdBinary: "etcd-that-is-not-there" }),
    'Cannot run etcd "etcd-that-is-not-there": there is no such program; install it (Debian and Ubuntu: apt install ' +
      "etcd-server; others: https://etcd.io/docs/latest/install/), or say where it is with --etcd-binary",
  );
});

Deno.test("startMember() refuses a program that is no etcd, or an old one", async () => {
  await using cluster = await MemberCluster.create(["n1"]);
  assert.match(await refusal(cluster, "n1", { etcdBinary: "true" }), /^Cannot run etcd "true": it is not etcd/);
  const old = `${await Deno.makeTempDir({ prefix: "carillon-old-etcd-" })}/etcd`;
  await Deno.writeTextFile(old, "#!/bin/sh\necho etcd Version: 3.3.25\n", { mode: 0o700 });
  assert.match(
    await refusal(cluster, "n1", { etcdBinary: old }),
    /it is version 3\.3\.25, and 3\.4 or later is needed$/,
  );
  await Deno.remove(old.replace(/\/etcd$/, ""), { recursive: true });
});

etcdTest("startMember() names the port that another program has", async () => {
  await using cluster = await MemberCluster.create(["n1"]);
  const port = cluster.portOf("n1");
  {
    using _taken = Deno.listen({ hostname: "127.0.0.1", port });
    assert.match(
      await refusal(cluster, "n1"),
      new RegExp(`^Cannot start etcd member "n1" on 127.0.0.1:${port}: another program has that port`),
    );
  }
  {
    using _taken = Deno.listen({ hostname: "127.0.0.1", port: port - 1 });
    assert.match(
      await refusal(cluster, "n1"),
      new RegExp(`^Cannot start etcd member "n1" on 127.0.0.1:${port - 1}: another program has that port`),
    );
  }
});

etcdTest("startMember() refuses data of another member and of another cluster", async () => {
  await using cluster = await MemberCluster.create(["n1"]);
  await cluster.startReady("n1");
  await cluster.stop("n1");
  const renamed = { nodeName: "n2", cluster: cluster.text.replace("n1", "n2") };
  assert.match(
    await refusal(cluster, "n1", renamed),
    /^Cannot use etcd data ".*\/n1\/etcd": they are of the member "n1", and this node is called "n2"/,
  );
  const elsewhere = cluster.text.replace("127.0.0.1", "127.0.0.2");
  assert.match(await refusal(cluster, "n1", { cluster: elsewhere }), /this member had another address/);
});

etcdTest("startMember() ends the etcd that a killed server left, and has its data", async () => {
  await using cluster = await MemberCluster.create(["n1"]);
  const entry = new URL("../../tests/support/member_entry.ts", import.meta.url).pathname;
  const args = ["run", "--quiet", "-A", entry, cluster.text, "n1", cluster.dirOf("n1")];
  const server = new Deno.Command(Deno.execPath(), { args, stdout: "piped" }).spawn();
  const output = server.stdout.getReader();
  assert.equal(new TextDecoder().decode((await output.read()).value), "ready\n");
  server.kill("SIGKILL");
  await Promise.all([server.status, output.cancel()]);
  const [leftOver, ...more] = await cluster.pidsOf("n1");
  assert.ok(leftOver !== undefined && more.length === 0, "a killed server leaves its etcd");
  await cluster.startReady("n1");
  const now = await cluster.pidsOf("n1");
  assert.deepEqual([now.length, now.includes(leftOver)], [1, false]);
  assert.ok(cluster.hasSaid("n1", /WARN .*has left its etcd running/));
});

etcdTest("startMember() kills a left-over process that does not hear SIGTERM", async () => {
  await using cluster = await MemberCluster.create(["n1"]);
  const dir = `${cluster.dirOf("n1")}/etcd`;
  const leftOver = new Deno.Command("sh", {
    args: ["-c", 'trap "" TERM; echo ready; while :; do sleep 0.1; done', "etcd", `--data-dir=${dir}`, "--logger=zap"],
    stdout: "piped",
  }).spawn();
  const output = leftOver.stdout.getReader();
  await output.read();
  await cluster.startReady("n1");
  assert.equal((await leftOver.status).signal, "SIGKILL");
  await output.cancel();
});

etcdTest("startMember() says that data are damaged, and what to do", async () => {
  await using cluster = await MemberCluster.create(["n1"]);
  await cluster.startReady("n1");
  await cluster.stop("n1");
  const wal = `${cluster.dirOf("n1")}/etcd/member/wal/0000000000000000-0000000000000000.wal`;
  const bytes = await Deno.readFile(wal);
  bytes.fill(0xa5, 40, 60);
  await Deno.writeFile(wal, bytes);
  assert.match(
    await refusal(cluster, "n1"),
    /"n1" running: its data are damaged; .*move .*\/n1\/etcd away.*\(etcd says: /,
  );
});

etcdTest("a member that was replaced says so and what to do, when its machine comes back", async () => {
  await using cluster = await MemberCluster.create(["n1", "n2", "n3"]);
  await cluster.startAll();
  await cluster.stop("n3");
  const dataDir = cluster.dirOf("n3");
  await Deno.rename(dataDir, `${dataDir}-aside`);
  await cluster.startReady("n3");
  await cluster.stop("n3");
  await Deno.remove(dataDir, { recursive: true });
  await Deno.rename(`${dataDir}-aside`, dataDir);
  const message = await refusal(cluster, "n3");
  assert.match(
    message,
    /^Cannot keep etcd member "n3" running: it was removed from the cluster.*move .*\/n3\/etcd away/,
  );
  await eventually(async () => (await cluster.pidsOf("n3")).length === 0);
});
