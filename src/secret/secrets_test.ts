import { deepEqual, equal, rejects } from "node:assert/strict";
import { TESTER } from "../../tests/support/tester.ts";
import { AuditTrail } from "../audit/mod.ts";
import { Committer, type Engine, GroupCommitter, openMemory } from "../kv/mod.ts";
import type { Assignment } from "../model/mod.ts";
import { CarillonError, silentLog, systemClock, systemRandom } from "../runtime/mod.ts";
import { putSecret, secretKey, secretTable, Store, StoreChange } from "../store/mod.ts";
import { SecretKeys } from "./secret_keys.ts";
import { Secrets } from "./secrets.ts";

const NODE = { name: "n1", tags: { role: "web" } };
const [OLD, NEW] = [systemRandom.bytes(32).toHex(), systemRandom.bytes(32).toHex()];

/** The secrets of a server on a store that others share, with keys of its own. */
async function serverOn(engine: Engine, ...keys: string[]) {
  const [clock, random, log] = [systemClock, systemRandom, silentLog];
  const shared = { ...engine, profile: { ...engine.profile, soleWriter: false } };
  const committer = new Committer({ engine: shared, clock, log, incarnation: keys.join() });
  const store = new Store({
    engine: shared,
    committer: new GroupCommitter({ committer, profile: shared.profile }),
    log,
  });
  const audit = new AuditTrail({ store, clock, random });
  const read = keys.length > 0 ? await SecretKeys.read(keys.join("\n"), "a test") : SecretKeys.none();
  return { store, secrets: new Secrets({ store, clock, random, audit, keys: read }) };
}

/** A claim of a job whose command is this text. */
function claim(command: string, jobName = "job"): Assignment {
  const [execution, uid, executor] = ["e", "u", "shell"];
  const times = { attempt: 1, timeoutMs: null, graceMs: 0, claimedAt: 0, stopAfterSilentMs: null };
  return { execution, uid, jobName, executor, config: { command }, ...times };
}

Deno.test("Secrets.fill() gives at each server what its keys can read, and names the key that it lacks", async () => {
  const engine = openMemory();
  const [a, b, both] = [await serverOn(engine, OLD), await serverOn(engine, NEW), await serverOn(engine, NEW, OLD)];
  const [ofA, ofB] = [
    await a.secrets.put("A", { value: "of a" }, TESTER),
    await b.secrets.put("B", { value: "of b" }, TESTER),
  ];
  const text = claim("${secret:A} ${secret:B}");
  const secrets = ["of a", "of b"];
  deepEqual(await both.secrets.fill(text, NODE), {
    assignment: { ...text, config: { command: "of a of b" }, secrets },
  });
  const refusal = (name: string, key: string) => ({
    refusal: `Cannot read secret "${name}": this server has no key "${key}"`,
  });
  deepEqual(await a.secrets.fill(text, NODE), refusal("B", ofB.keyId));
  deepEqual(await b.secrets.fill(text, NODE), refusal("A", ofA.keyId));
  deepEqual((await a.secrets.all()).map(({ name, readable }) => [name, readable]), [["A", true], ["B", false]]);
  const plain = claim("echo ${HOME}");
  deepEqual(await (await serverOn(engine)).secrets.fill(plain, NODE), { assignment: plain });
});

Deno.test("Secrets.rotate() may be asked for at several servers at once, while secrets are set and deleted", async () => {
  const engine = openMemory();
  const old = await serverOn(engine, OLD);
  const names = Array.from({ length: 20 }, (_, i) => `S${String(i).padStart(2, "0")}`);
  for (const name of names) await old.secrets.put(name, { value: `value of ${name}`, jobs: ["job"] }, TESTER);
  const servers = [await serverOn(engine, NEW, OLD), await serverOn(engine, NEW, OLD)];
  await Promise.all([
    ...servers.map(({ secrets }) => secrets.rotate(TESTER)),
    old.secrets.remove("S05", TESTER),
    servers[0]?.secrets.put("S10", { value: "value of S10 anew" }, TESTER),
  ]);
  const fresh = await serverOn(engine, NEW);
  const left = await fresh.secrets.all();
  equal(left.length, 19);
  for (const { name, readable, jobs } of left) {
    deepEqual([readable, jobs], [true, ["job"]], name);
    const value = name === "S10" ? "value of S10 anew" : `value of ${name}`;
    const filled = await fresh.secrets.fill(claim(`\${secret:${name}}`), NODE);
    deepEqual("assignment" in filled && filled.assignment.config, { command: value });
  }
});

Deno.test("Secrets.fill() gives nothing that was moved from one name to another in the store", async () => {
  const { store, secrets } = await serverOn(openMemory(), OLD);
  await secrets.put("A", { value: "for few", jobs: ["few"] }, TESTER);
  const stored = (await store.read(secretTable, secretKey("A"))).value;
  if (stored === null) throw new Error("it was stored");
  const change = new StoreChange();
  putSecret(change, { key: secretKey("B"), value: null, versionstamp: null }, { ...stored, jobs: [] });
  await store.commit(change);
  const filled = await secrets.fill(claim("${secret:B}"), NODE);
  deepEqual(Object.keys(filled), ["refusal"]);
  await rejects(secrets.remove("C", TESTER), { code: "not_found" });
});

Deno.test("Secrets.fill() refuses what a damaged record holds, and throws while the store does not answer", async () => {
  const engine = openMemory();
  const { store, secrets } = await serverOn(engine, OLD);
  await engine.kv.atomic().set(secretKey("A"), new TextEncoder().encode("{}")).commit();
  deepEqual(await secrets.fill(claim("${secret:A}"), NODE), {
    refusal: 'Cannot read secret "A": its record is damaged',
  });
  store.read = () => Promise.reject(new CarillonError("unavailable", "no answer"));
  await rejects(secrets.fill(claim("${secret:A}"), NODE), { code: "unavailable" });
});
