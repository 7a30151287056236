import { deepEqual, equal, match, ok } from "node:assert/strict";
import { startCarillon } from "../support/carillon.ts";
import { TESTER } from "../support/tester.ts";

const job = { name: "a", schedule: "@manually", executor: "shell", executor_config: { command: "true" } };

interface AuditRecord {
  id: string;
  by: string;
  from: string;
  action: string;
  target: string;
  changes: { field: string; before: string | null; after: string | null }[];
}

Deno.test("audit: every change is recorded with who, from where, and what differs, newest first", async () => {
  await using carillon = await startCarillon({ asksTokens: true });
  const { tokens } = carillon.server;
  const alice = await tokens.create({ name: "alice", role: "admin", scope: null, expiresAt: null }, TESTER);
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await carillon.request(path, {
      method,
      headers: { authorization: `Bearer ${alice}` },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    ok(answer.ok, `${method} ${path}: ${text}`);
    return JSON.parse(text);
  };
  await call("POST", "/v1/jobs", job);
  await call("POST", "/v1/jobs", { ...job, executor_config: { command: "false" }, owner: "ops" });
  await call("POST", "/v1/jobs/a/pause", { note: "disk" });
  await call("POST", "/v1/jobs/a/unpause");
  await call("POST", "/v1/jobs/a/toggle");
  await call("POST", "/v1/jobs/a/toggle");
  await call("POST", "/v1/jobs/a/run?wait=true");
  const [execution] = await call("GET", "/v1/jobs/a/executions");
  await call("POST", `/v1/jobs/a/executions/${execution.id}/cancel`, { reason: "late" });
  await call("DELETE", "/v1/jobs/a/executions");
  await call("POST", "/v1/cluster/pause", { note: "move", policy: "all" });
  await call("POST", "/v1/cluster/unpause");
  await call("POST", "/v1/pause");
  await call("POST", "/v1/unpause");
  await call("POST", "/v1/members/n1/drain");
  await call("POST", "/v1/members/n1/undrain");
  await call("POST", "/v1/tokens", { name: "bob", role: "viewer" });
  const bob = (await call("GET", "/v1/tokens")).find(({ name }: { name: string }) => name === "bob");
  await call("DELETE", `/v1/tokens/${bob.id}`);
  await call("POST", "/v1/join-tokens", { once: true });
  await call("DELETE", "/v1/jobs/a");
  await call("POST", "/v1/leave");
  const records: AuditRecord[] = await call("GET", "/v1/audit?by=alice");
  deepEqual(
    records.map(({ action, target }) => target ? `${action} ${target}` : action).reverse().map((text) =>
      text.replace(/ [0-9a-z]{26}$/, " ID")
    ),
    [
      "job.create a",
      "job.update a",
      "job.pause a",
      "job.unpause a",
      "job.toggle a",
      "job.toggle a",
      "job.run a",
      "execution.cancel a",
      "job.clear_history a",
      "cluster.pause",
      "cluster.unpause",
      "cluster.refuse_jobs",
      "cluster.accept_jobs",
      "node.drain n1",
      "node.undrain n1",
      "token.create bob",
      "token.revoke bob",
      "token.create ID",
      "job.delete a",
      "node.leave n1",
    ],
  );
  const update = records.find(({ action }) => action === "job.update");
  deepEqual(update?.changes, [
    { field: "executor_config", before: '{"command":"true"}', after: '{"command":"false"}' },
    { field: "owner", before: '""', after: '"ops"' },
  ]);
  const deleted = records.find(({ action }) => action === "job.delete");
  equal(deleted?.changes.find(({ field }) => field === "owner")?.before, '"ops"');
  const [newest, next] = records;
  deepEqual((await call("GET", `/v1/audit?limit=1&before=${newest?.id}`))[0]?.id, next?.id);
  deepEqual((await call("GET", "/v1/audit?action=token.create&target=bob")).length, 1);
  deepEqual(await call("GET", "/v1/audit?since=2999-01-01T00:00:00Z"), []);
  match(JSON.stringify(records), /^(?!.*carillon_)/, "no token stands in it");
});

Deno.test("audit: a query that cannot be read is told which part", async () => {
  await using carillon = await startCarillon({ agent: false });
  for (const [query, path] of [["action=x", "action"], ["since=now", "since"], ["before=A'", "before"]]) {
    const answer = await carillon.request(`/v1/audit?${query}`);
    deepEqual([answer.status, (await answer.json()).issues[0].path], [400, path]);
  }
});

Deno.test("revisions tell what each changed, and one that is restored is the newest", async () => {
  await using carillon = await startCarillon({ agent: false });
  const { json } = carillon;
  await json("POST", "/v1/jobs", job);
  await json("POST", "/v1/jobs", { ...job, executor_config: { command: "false" } });
  await json("POST", "/v1/jobs/a/pause", {});
  const listed = await json<{ revision: number; changes: { field: string }[] }[]>("GET", "/v1/jobs/a/revisions");
  deepEqual(listed.map(({ revision, changes }) => [revision, changes.map(({ field }) => field)]).slice(0, 2), [
    [3, []],
    [2, ["executor_config"]],
  ]);
  deepEqual((await json("GET", "/v1/jobs/a/revisions/1")).executor_config, { command: "true" });
  const restored = await json("POST", "/v1/jobs/a/revisions/1/restore");
  deepEqual([restored.revision, restored.executor_config], [4, { command: "true" }]);
  ok(restored.pause !== null, "it stays paused");
  for (const path of ["/v1/jobs/a/revisions/9", "/v1/jobs/b/revisions", "/v1/jobs/a/revisions/x"]) {
    const answer = await carillon.request(path);
    equal(answer.status, 404);
    await answer.body?.cancel();
  }
});
