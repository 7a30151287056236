import assert from "node:assert/strict";
import { fakeCli } from "../fake_cli_test.ts";

const MEMBERS = [
  { ID: "1", name: "n1", peerURLs: ["http://10.0.0.1:2380"], clientURLs: ["http://10.0.0.1:2379"] },
  { ID: "2", name: "n2", peerURLs: ["http://10.0.0.2:2380"], clientURLs: ["http://10.0.0.2:2379"] },
];

/** A cluster of two whose second member is dead, by the addresses that are called. */
function halfDead(calls: string[], alarms: unknown[] = []): (input: string | URL | Request) => Response {
  return (input) => {
    const { host, pathname } = new URL(String(input));
    calls.push(`${host}${pathname}`);
    if (host !== "10.0.0.1:2379") throw new TypeError("connection refused");
    const status = { version: "3.4.23", leader: "1", dbSize: "2000000", dbSizeInUse: "1000000", raftAppliedIndex: "7" };
    const answers: Record<string, unknown> = {
      "/v3/cluster/member/list": { members: MEMBERS },
      "/v3/maintenance/status": status,
      "/v3/maintenance/alarm": alarms.length > 0 ? { alarms } : {},
      "/health": { health: "true" },
    };
    return Response.json(answers[pathname] ?? {});
  };
}

Deno.test("cluster status shows each member, names what is wrong, and exits 1 then", async () => {
  const cli = fakeCli({ fetch: halfDead([], [{ memberID: "2", alarm: "NOSPACE" }]) });
  const { code, out, err } = await cli.run("cluster", "status", "--etcd", "http://10.0.0.9:2379,http://10.0.0.1:2379/");
  assert.match(
    out,
    /^n1 +1 +http:\/\/10\.0\.0\.1:2380 +http:\/\/10\.0\.0\.1:2379 +3\.4\.23 +2\.0 MB +1\.0 MB +7 +leader$/m,
  );
  assert.match(out, /^n2 +2 .* silent$/m);
  assert.match(err, /^n2 is silent: Cannot ask "http:\/\/10\.0\.0\.2:2379.*connection refused\nAlarm NOSPACE of n2\n$/);
  assert.equal(code, 1);
});

Deno.test("cluster replace takes the dead one out, lets the new one in, and says what to start", async () => {
  const calls: string[] = [];
  const cli = fakeCli({ fetch: halfDead(calls), env: { CARILLON_ETCD: "http://10.0.0.1:2379" } });
  const { code, out } = await cli.run("cluster", "replace", "n2", "--peer-url", "http://10.0.0.4:2380/");
  assert.equal(code, 0);
  assert.match(
    out,
    /start --server --node-name n2 --cluster n1=http:\/\/10\.0\.0\.1:2380,n2=http:\/\/10\.0\.0\.4:2380\n/,
  );
  assert.deepEqual(calls.slice(-2), [
    "10.0.0.1:2379/v3/cluster/member/remove",
    "10.0.0.1:2379/v3/cluster/member/add",
  ]);
});

Deno.test("cluster replace refuses a living member, a wrong name and a wrong address, and changes nothing", async () => {
  const calls: string[] = [];
  const cli = fakeCli({ fetch: halfDead(calls), env: { CARILLON_ETCD: "http://10.0.0.1:2379" } });
  const replace = (name: string, url: string) => cli.run("cluster", "replace", name, "--peer-url", url);
  const living = await replace("n1", "http://10.0.0.4:2380");
  assert.deepEqual([living.code, /it answers at http:\/\/10\.0\.0\.1:2379/.test(living.err)], [4, true]);
  assert.equal((await replace("n7", "http://10.0.0.4:2380")).code, 3);
  assert.equal((await replace("n2", "10.0.0.4")).code, 2);
  assert.equal((await replace("n2", "http://10.0.0.1:2380")).code, 2);
  assert.deepEqual(calls.filter((call) => /remove|add/.test(call)), []);
});

Deno.test("cluster status refuses what is no address and half a set of certificates", async () => {
  const cli = fakeCli();
  const wrong = await cli.run("cluster", "status", "--etcd", "10.0.0.1:2379");
  assert.deepEqual([wrong.code, wrong.err], [
    2,
    'error: flag --etcd: "10.0.0.1:2379" is not an address like http://127.0.0.1:2379\n',
  ]);
  assert.equal((await cli.run("cluster", "status", "--etcd-peer-ca", "ca.pem")).code, 2);
});
