import assert from "node:assert/strict";
import { decideAdmission } from "./admission.ts";
import { parseCluster } from "./cluster_text.ts";
import type { PeerAnswer } from "./peer_answer.ts";

const plan = parseCluster("n1=http://10.0.0.1:2380,n2=http://10.0.0.2:2380,n3=http://10.0.0.3:2380", "n1");

const silent = (name: string): PeerAnswer => ({ kind: "silent", name, reason: "Cannot ask: Connection refused" });
const empty = (name: string, token = plan.token): PeerAnswer => ({ kind: "empty", name, token });

/** What a running n2 says, with what it knows of n1. */
function running(own: { name?: string; peerUrl?: string; started: boolean } | null): PeerAnswer {
  const others = plan.others.map(({ name, peerUrl, clientUrl }) => ({
    name,
    peerUrls: [peerUrl],
    clientUrls: [clientUrl],
  }));
  const { name = "n1", peerUrl = plan.own.peerUrl, started = false } = own ?? {};
  const first = { name, peerUrls: [peerUrl], clientUrls: started ? [plan.own.clientUrl] : [] };
  return { kind: "etcd", name: "n2", members: own ? [first, ...others] : others };
}

Deno.test("decideAdmission() begins a cluster only where all its servers say that they have no data", () => {
  assert.deepEqual(decideAdmission(plan, [empty("n2"), empty("n3")]), { kind: "begin" });
  assert.deepEqual(decideAdmission(plan, [silent("n2"), silent("n3")]), {
    kind: "wait",
    reasons: ["n2 does not answer (Connection refused)", "n3 does not answer (Connection refused)"],
  });
  assert.equal(decideAdmission(plan, [empty("n2"), silent("n3")]).kind, "wait");
});

Deno.test("decideAdmission() does not begin with those who mean another cluster", () => {
  assert.deepEqual(decideAdmission(plan, [empty("n2", "other"), empty("n3", "other")]), {
    kind: "wait",
    reasons: ["n2 was started with another --cluster text", "n3 was started with another --cluster text"],
  });
});

Deno.test("decideAdmission() begins late where the others wait for it, and joins where it has been before", () => {
  assert.equal(decideAdmission(plan, [running({ started: false }), silent("n3")]).kind, "begin");
  assert.equal(decideAdmission(plan, [running({ started: true }), empty("n3")]).kind, "join");
  assert.equal(decideAdmission(plan, [running({ started: false }), running({ started: true })]).kind, "join");
  assert.equal(decideAdmission(plan, [running({ name: "", started: false })]).kind, "join");
  assert.equal(decideAdmission(plan, [running(null)]).kind, "join");
});

Deno.test("decideAdmission() refuses a second place for a name, and a cluster of other members", () => {
  const moved = decideAdmission(plan, [running({ peerUrl: "http://10.0.0.9:2380", started: true })]);
  assert.match(
    moved.kind === "refuse" ? moved.reason : "",
    /carillon cluster replace n1 --peer-url http:\/\/10\.0\.0\.1/,
  );
  const four = parseCluster(`n1=http://10.0.0.1:2380,n2=http://10.0.0.2:2380,n4=http://10.0.0.4:2380`, "n1");
  const other = decideAdmission(four, [running({ started: false })]);
  assert.match(other.kind === "refuse" ? other.reason : "", /with another --cluster text \(n1=.*n3=/);
});
