import assert from "node:assert/strict";
import { Committer, GroupCommitter, openMemory } from "../kv/mod.ts";
import { silentLog, systemClock, systemRandom } from "../runtime/mod.ts";
import { executionKey, queueKey, runningKey, schemaKey } from "./keys.ts";
import { OpenExecutions } from "./open_executions.ts";
import { claimSchema } from "./schema_version.ts";
import { Store } from "./store.ts";

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

const IDENTITY = {
  v: 1,
  uid: "u",
  jobName: "a",
  revision: 1,
  group: "01kdvdzp104n3yjs7nmf",
  target: 0,
  attempt: 1,
  trigger: "schedule",
  dueAt: 1,
  requestedBy: null,
  groupCreatedAt: 1,
  queuedAt: 1,
  selector: "s",
  lane: 4,
  startDeadlineMs: 1,
};

Deno.test("claimSchema() brings a store of version 1 up to one record an execution, twice if need be", async () => {
  const engine = openMemory();
  const committer = new Committer({ engine, clock: systemClock, log: silentLog, incarnation: "i" });
  const store = new Store({
    engine,
    committer: new GroupCommitter({ committer, profile: engine.profile }),
    log: silentLog,
  });
  const queued = { ...IDENTITY, id: "01kdvdzp104n3yjs7nmf-0000-001", state: "queued", readyAt: 5 };
  const running = {
    ...IDENTITY,
    id: "01kdvdzp104n3yjs7nmf-0000-002",
    attempt: 2,
    state: "running",
    node: "n",
    incarnation: "i",
    claimedAt: 1,
    startedAt: 2,
    cancel: null,
  };
  await engine.kv.atomic()
    .set(schemaKey(), encode({ v: 1, version: 1, minReader: 1, cluster: "c" }))
    .set(executionKey("u", queued.id), encode(queued))
    .set(queueKey("s", 4, 5, queued.id), encode(queued))
    .set(executionKey("u", running.id), encode(running))
    .set(runningKey("n", "i", running.id), encode({ v: 1, uid: "u" }))
    .commit();
  for (let times = 0; times < 2; times++) {
    assert.equal(await claimSchema(store, systemRandom), "c");
    const open = new OpenExecutions(store);
    await open.load();
    assert.equal((await open.find("u", queued.id)).key[0], "q");
    assert.equal((await open.find("u", running.id)).key[0], "running");
    assert.equal((await engine.kv.get(executionKey("u", queued.id))).value, null);
    assert.equal((await engine.kv.get(executionKey("u", running.id))).value, null);
  }
  await engine.close();
});
