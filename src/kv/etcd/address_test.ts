import { deepStrictEqual as equals, throws } from "node:assert/strict";
import { parseEtcdAddress } from "./address.ts";

Deno.test("parseEtcdAddress() reads hosts, user, namespace and options", () => {
  equals(parseEtcdAddress("etcd://a:2379,b,[::1]:4001"), {
    name: "etcd://a:2379,b,[::1]:4001",
    hosts: ["a:2379", "b:2379", "[::1]:4001"],
    tls: false,
    user: undefined,
    namespace: "carillon/",
    files: { ca: undefined, cert: undefined, key: undefined },
    maxTxnOps: undefined,
  });
  equals(parseEtcdAddress("etcds://ada:p%40ss@a/é?ca=/ca.pem&cert=/c.pem&key=/k.pem&max-txn-ops=1024"), {
    name: "etcds://ada:***@a/é?ca=/ca.pem&cert=/c.pem&key=/k.pem&max-txn-ops=1024",
    hosts: ["a:2379"],
    tls: true,
    user: { user: "ada", password: "p@ss" },
    namespace: "\xc3\xa9/",
    files: { ca: "/ca.pem", cert: "/c.pem", key: "/k.pem" },
    maxTxnOps: 1024,
  });
});

Deno.test("parseEtcdAddress() refuses what it can't use, and never shows the password", () => {
  const bad = [
    "etcd://",
    "etcd://a:b",
    "etcd://a:70000",
    "etcd://a,,b",
    "etcd://ada:secret@a?x=1",
    "etcd://ada@a",
    "etcd://ada:secret@a?ca=/x",
    "etcds://a?cert=/x",
    "etcd://a?max-txn-ops=0",
    "http://a",
  ];
  for (const url of bad) {
    throws(() => parseEtcdAddress(url), (thrown: Error) => {
      equals([url, "code" in thrown && thrown.code, thrown.message.includes("secret")], [url, "invalid", false]);
      return true;
    });
  }
});
