import assert from "node:assert/strict";
import { parseCluster } from "./cluster_text.ts";

const THREE = "n1=http://10.0.0.1:2380,n2=http://10.0.0.2:2380,n3=http://10.0.0.3:2380";

Deno.test("parseCluster() finds the own entry, and the same token whatever the order", () => {
  const plan = parseCluster(THREE, "n2");
  assert.deepEqual(plan.own, { name: "n2", peerUrl: "http://10.0.0.2:2380", clientUrl: "http://10.0.0.2:2379" });
  assert.deepEqual(plan.others.map(({ name }) => name), ["n1", "n3"]);
  assert.deepEqual([plan.secure, plan.warnings], [false, []]);
  assert.equal(parseCluster(THREE.split(",").reverse().join(" , "), "n1").token, plan.token);
  assert.notEqual(parseCluster(THREE.replace("10.0.0.3", "10.0.0.4"), "n1").token, plan.token);
  assert.equal(parseCluster("a=http://[::1]:2380", "a", 4000).own.clientUrl, "http://[::1]:4000");
  assert.equal(parseCluster("a=https://a.example:2380/", "a").own.peerUrl, "https://a.example:2380");
});

Deno.test("parseCluster() refuses what cannot work, and says why", () => {
  const refused: [string, RegExp, number?][] = [
    ["", /it names nobody/],
    ["n1", /"n1" is not NAME=URL/],
    ["n 1=http://a:2380", /is not NAME=URL/],
    ["n1=10.0.0.1:2380", /"10\.0\.0\.1:2380" is not an address with a port, like/],
    ["n1=http://10.0.0.1", /is not an address with a port/],
    ["n1=http://10.0.0.1:99999", /is not an address with a port/],
    ["n1=http://u@10.0.0.1:2380", /is not an address with a port/],
    ["n1=http://10.0.0.1:2380/x", /is not an address with a port/],
    ["n1=http://10.0.0.1:1", /leaves no port below it/],
    ["n1=http://10.0.0.1:2380,n1=http://10.0.0.2:2380", /"n1" is in it twice/],
    ["n1=http://10.0.0.1:2380,n2=http://10.0.0.1:2380", /10\.0\.0\.1:2380 would serve two purposes/],
    ["n1=http://10.0.0.1:2380,n2=http://10.0.0.1:2381", /10\.0\.0\.1:2380 would serve two purposes/],
    ["n1=http://10.0.0.1:2380,n2=http://10.0.0.1:2390", /10\.0\.0\.1:99 would serve two purposes/, 99],
    ["n1=http://10.0.0.1:2380,n2=https://10.0.0.2:2380", /some addresses are http and some https/],
    ["n2=http://10.0.0.1:2380,n3=http://10.0.0.2:2380", /called "n1", which is not one of n2, n3; say --node-name/],
  ];
  for (const [text, message, clientPort] of refused) {
    assert.throws(() => parseCluster(text, "n1", clientPort), message, text);
  }
});

Deno.test("parseCluster() warns of clusters that bear no loss, or no more than a smaller one", () => {
  const of = (count: number) => Array.from({ length: count }, (_, n) => `n${n}=http://10.0.0.${n}:2380`).join(",");
  assert.match(parseCluster(of(1), "n0").warnings.join(), /cluster of 1 goes on after the loss of no server/);
  assert.match(parseCluster(of(2), "n0").warnings.join(), /cluster of 2 goes on/);
  assert.match(parseCluster(of(4), "n0").warnings.join(), /no more servers than one of 3/);
  assert.deepEqual(parseCluster(of(5), "n0").warnings, []);
});
