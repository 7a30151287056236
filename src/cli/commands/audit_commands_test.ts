import assert from "node:assert/strict";
import type { AuditQuery, StoredAudit } from "../../model/mod.ts";
import { fakeCli } from "../fake_cli_test.ts";

const AT = Date.UTC(2026, 0, 31, 12);
const RECORD: StoredAudit = {
  id: "01",
  at: AT,
  by: "alice",
  from: "10.0.0.7",
  action: "job.update",
  target: "backup",
  changes: [{ field: "executorConfig", before: '{"command":"a"}', after: '{"command":"b"}' }],
};

Deno.test("audit list shows who changed what, and with --changes the fields that differ", async () => {
  const cli = fakeCli();
  const asked: AuditQuery[] = [];
  cli.deps.audit.list = (query) => {
    asked.push(query);
    return Promise.resolve([RECORD, {
      ...RECORD,
      by: "carillon",
      from: "",
      action: "cluster.pause",
      target: "",
      changes: [],
    }]);
  };
  const short = (await cli.run("audit", "list")).out.split("\n");
  assert.match(short[0] ?? "", /^TIME +BY +FROM +ACTION +TARGET$/);
  assert.match(short[1] ?? "", /^2026-01-31T12:00:00Z +alice +10\.0\.0\.7 +job\.update +backup$/);
  assert.match(short[2] ?? "", /^2026-01-31T12:00:00Z +carillon +- +cluster\.pause +-$/);
  const long = await cli.run(
    "audit",
    "list",
    "--changes",
    "--target",
    "backup",
    "--since",
    "2026-01-30T00:00:00Z",
    "-n",
    "7",
  );
  assert.match(long.out, /executor_config: \{"command":"a"\} -> \{"command":"b"\}/);
  const { target, since, limit } = asked[1] ?? {};
  assert.deepEqual([target, since, limit], ["backup", Date.UTC(2026, 0, 30), 7]);
  assert.match((await cli.run("audit", "list", "--since", "noon")).err, /"noon" is no time/);
  assert.match((await cli.run("audit", "list", "--action", "job.eat")).err, /job\.create, job\.update/);
});

Deno.test("job revisions shows what each changed, and job revert goes back to one", async () => {
  const cli = fakeCli();
  const job = { name: "a", schedule: "@manually", executor: "shell", executor_config: { command: "true" } };
  for (const owner of ["x", "y"]) {
    const answer = await cli.fetch("http://localhost:8080/v1/jobs", {
      method: "POST",
      body: JSON.stringify({ ...job, owner }),
      headers: { host: "localhost:8080" },
    });
    assert.equal(answer.status, 201);
  }
  const definition = cli.deps.jobs.view("a")?.job.definition;
  if (!definition) throw new Error("no job");
  cli.deps.views.revisions = (name) =>
    Promise.resolve(
      name !== "a" ? null : [
        { revision: 2, createdAt: AT, definition },
        { revision: 1, createdAt: AT - 60_000, definition: { ...definition, owner: "x" } },
      ],
    );
  const lines = (await cli.run("job", "revisions", "a")).out.split("\n");
  assert.match(lines[0] ?? "", /^REVISION +MADE +CHANGED$/);
  assert.match(lines[1] ?? "", /^2 +2026-01-31T12:00:00Z +owner: "x" -> "y"$/);
  assert.match((await cli.run("job", "revert", "a", "1")).out, /^a is as it was in revision 1, as revision 3\n$/);
  assert.equal(cli.deps.jobs.view("a")?.job.definition.owner, "x");
  assert.deepEqual((await cli.run("job", "revert", "a", "9")).code, 3);
  assert.match((await cli.run("job", "revert", "a", "x")).err, /whole number/);
  assert.deepEqual((await cli.run("job", "revisions", "nope")).code, 3);
});
