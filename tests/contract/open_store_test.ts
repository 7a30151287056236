import { match, rejects, strictEqual } from "node:assert/strict";
import { type Engine, openEngine } from "../../src/kv/mod.ts";
import type { ErrorCode } from "../../src/runtime/mod.ts";
import { ACCESS_TOKEN, DenoKvServer } from "../support/deno_kv_server.ts";
import { EtcdCluster } from "../support/etcd_cluster.ts";
import { freePorts } from "../support/free_ports.ts";
import { denokv, etcd, testWith } from "../support/programs.ts";

const CERTS = new URL("../../src/execute/testdata/", import.meta.url).pathname;
const accessToken = ACCESS_TOKEN;

/** That a store can't be opened, and how the reason reads. */
async function refused(opening: Promise<Engine>, code: ErrorCode, message: RegExp): Promise<void> {
  await rejects(opening, (thrown: Error) => {
    match(thrown.message, message);
    strictEqual("code" in thrown && thrown.code, code, thrown.message);
    return true;
  });
}

Deno.test("openEngine() names the forms it knows for any other address", async () => {
  await refused(openEngine("redis://a"), "invalid", /Cannot open store "redis:\/\/a": known are a path, http/);
  await refused(openEngine(" "), "invalid", /names no file/);
  await refused(openEngine("http://a"), "invalid", /DENO_KV_ACCESS_TOKEN/);
  await refused(openEngine("http://me:secret@a", { accessToken }), "invalid", /does not belong into the address/);
  await refused(openEngine("http://a?ca=/x", { accessToken }), "invalid", /a CA is for https/);
  await refused(openEngine("https://a?ca=/no/such", { accessToken }), "invalid", /"\/no\/such" can't be read/);
  await refused(openEngine("etcds://a?ca=/no/such"), "invalid", /"\/no\/such" can't be read/);
});

Deno.test("openEngine() opens a path as Deno KV in a file", async () => {
  const engine = await openEngine(":memory:");
  strictEqual(engine.profile.name, "embedded");
  await engine.close();
});

Deno.test("openEngine() throws unavailable where nothing listens", async () => {
  const [first, second] = freePorts(2);
  await refused(openEngine(`http://127.0.0.1:${first}`, { accessToken }), "unavailable", /Connection refused/);
  await refused(
    openEngine(`etcd://127.0.0.1:${first},127.0.0.1:${second}`),
    "unavailable",
    /ECONNREFUSED.*ECONNREFUSED/,
  );
});

testWith(denokv, `openEngine() says what is wrong with a KV Connect server`, async () => {
  await using server = await DenoKvServer.start();
  const secure = server.url.replace("http", "https");
  await refused(openEngine(server.url, { accessToken: "another one" }), "unauthorized", /access token is refused/);
  await refused(openEngine(`${server.url}/x`, { accessToken }), "invalid", /no KV Connect server is there/);
  await refused(openEngine(secure, { accessToken }), "invalid", /Cannot speak TLS/);
  await refused(openEngine(server.url.replace("http", "etcd")), "invalid", /404/);
  const engine = await server.open();
  strictEqual(engine.profile.name, "connect");
  await engine.close();
});

testWith(etcd, `openEngine() says what is wrong with an etcd address`, async () => {
  await using cluster = await EtcdCluster.start(1);
  const [address] = cluster.addresses;
  await refused(openEngine(`http://${address}`, { accessToken }), "invalid", /no KV Connect server is there/);
  await refused(openEngine(`etcds://${address}`), "invalid", /TLS/);
  const engine = await cluster.open();
  strictEqual(engine.profile.name, "etcd");
  await engine.close();
});

testWith(etcd, `openEngine() speaks TLS with etcd, to an IP address too, and says what is wrong with it`, async () => {
  await using cluster = await EtcdCluster.start(1, {
    scheme: "https",
    flags: [
      ...["--cert-file", `${CERTS}server.pem`, "--key-file", `${CERTS}server.key`],
      ...["--trusted-ca-file", `${CERTS}ca.pem`, "--client-cert-auth"],
    ],
  });
  const own = `cert=${CERTS}client.pem&key=${CERTS}client.key`;
  for (const url of [cluster.url, cluster.url.replace("127.0.0.1", "localhost")]) {
    const engine = await openEngine(`${url}?ca=${CERTS}ca.pem&${own}`);
    strictEqual((await engine.kv.atomic().set(["a"], new Uint8Array(1)).commit()).ok, true);
    await engine.close();
  }
  await refused(openEngine(`${cluster.url}?ca=${CERTS}ca.pem`), "invalid", /BadCertificate/);
  await refused(openEngine(cluster.url), "invalid", /unable to verify/);
  await refused(openEngine(`${cluster.url}?ca=${CERTS}server.key.none`), "invalid", /can't be read/);
  await refused(openEngine(cluster.url.replace("etcds", "etcd")), "unavailable", /a member that wants TLS is etcds/);
});

testWith(etcd, `openEngine() signs in to etcd, and again when its token is no longer known`, async () => {
  await using cluster = await EtcdCluster.start(1, { flags: ["--auth-token-ttl=1"] });
  const etcdctl = (...args: string[]) => cluster.etcdctl(args);
  await etcdctl("user", "add", "root:top");
  await etcdctl("user", "add", "ada:secret");
  await etcdctl("role", "add", "carillon");
  await etcdctl("role", "grant-permission", "carillon", "readwrite", "carillon/", "carillon0");
  await etcdctl("user", "grant-role", "ada", "carillon");
  await etcdctl("user", "grant-role", "root", "root");
  await etcdctl("auth", "enable");
  const as = (user: string) => cluster.url.replace("//", `//${user}@`);
  await refused(openEngine(cluster.url), "unauthorized", /user name is empty/);
  await refused(openEngine(as("ada:wrong")), "unauthorized", /invalid user ID or password/);
  await refused(openEngine(`${as("ada:secret")}/other`), "forbidden", /permission denied/);
  const engine = await openEngine(cluster.url, { user: { user: "ada", password: "secret" } });
  const commit = () => engine.kv.atomic().set(["a"], new Uint8Array(1)).commit();
  strictEqual((await commit()).ok, true);
  await cluster.restart(0); // a member forgets its tokens
  const reader = engine.kv.watch([["a"]]).getReader();
  await reader.read();
  strictEqual((await commit()).ok, true);
  await reader.cancel();
  await engine.close();
});
