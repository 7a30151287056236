import assert from "node:assert/strict";
import { parseCluster } from "./cluster_text.ts";
import { etcdArgs, etcdEnv, listenUrls } from "./etcd_args.ts";

Deno.test("listenUrls() binds to the own address and to loopback, and to every interface for a name", () => {
  const of = (url: string, host?: string) => listenUrls(parseCluster(`n1=${url}`, "n1"), host);
  assert.deepEqual(of("http://10.0.0.1:2380"), {
    peer: "http://10.0.0.1:2380",
    clients: ["http://127.0.0.1:2379", "http://10.0.0.1:2379"],
  });
  assert.deepEqual(of("http://n1.example:2380"), { peer: "http://0.0.0.0:2380", clients: ["http://0.0.0.0:2379"] });
  assert.deepEqual(of("http://localhost:2380").clients, ["http://127.0.0.1:2379"]);
  assert.deepEqual(of("https://[fd00::1]:443"), {
    peer: "https://[fd00::1]:443",
    clients: ["https://127.0.0.1:442", "https://[fd00::1]:442"],
  });
  assert.equal(of("http://10.0.0.1:2380", "fd00::2").peer, "http://[fd00::2]:2380");
});

Deno.test("etcdArgs() asks for certificates on both ports where the cluster is https", () => {
  const plan = parseCluster("n1=https://10.0.0.1:2380", "n1");
  const options = { cluster: "", nodeName: "n1", dataDir: "/d", etcdBinary: "etcd" };
  const tls = { certPath: "/c", keyPath: "/k", caPath: "/a" };
  const args = etcdArgs(plan, { ...options, tls }, "/d/etcd", { state: "new", initialCluster: "n1=x" });
  for (const flag of ["--client-cert-auth=true", "--peer-client-cert-auth=true", "--trusted-ca-file=/a"]) {
    assert.ok(args.includes(flag), flag);
  }
  assert.ok(args.includes("--data-dir=/d/etcd") && args.includes("--initial-cluster-state=new"));
});

Deno.test("etcdEnv() keeps etcd's own variables out", () => {
  assert.deepEqual(etcdEnv({ PATH: "/bin", ETCD_NAME: "x", GOMAXPROCS: "2", SECRET: "s" }), {
    PATH: "/bin",
    GOMAXPROCS: "2",
  });
});
