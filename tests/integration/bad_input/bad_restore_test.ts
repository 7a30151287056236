import assert from "node:assert/strict";
import { readJson, refusedWith, send, shellJob } from "../../compat/requests.ts";
import { type App, openApp } from "../../compat/open_app.ts";

/** Jobs of which each is the parent of the one before, the last one without a parent. */
function chain(prefix: string, length: number): Record<string, unknown>[] {
  return Array.from(
    { length },
    (_, i) => i === length - 1 ? shellJob(`${prefix}${i}`) : { name: `${prefix}${i}`, parent_job: `${prefix}${i + 1}` },
  );
}

async function restore(app: App, file: unknown): Promise<string[]> {
  const form = new FormData();
  form.set("file", typeof file === "string" ? file : JSON.stringify(file));
  const answer = await readJson(await app.request("/v1/restore", { method: "POST", body: form }), 200);
  return JSON.parse(String(answer));
}

Deno.test("circles of 1, 2 and 50 jobs are refused, and nothing changes", async () => {
  await using app = await openApp();
  const lines = await restore(app, chain("c", 50));
  assert.deepEqual(lines.filter((line) => !line.startsWith("success")), []);
  for (const [name, parent] of [["c49", "c48"], ["c49", "c0"], ["c20", "c0"]]) {
    const before = await (await app.request(`/v1/jobs/${name}`)).json();
    const response = await send(app, "POST", "/v1/jobs", { name, parent_job: parent });
    assert.deepEqual(await refusedWith(response, 400, "cycle"), ["parent_job"]);
    assert.deepEqual(await (await app.request(`/v1/jobs/${name}`)).json(), before);
  }
  const self = await send(app, "POST", "/v1/jobs", { name: "me", parent_job: "me" });
  assert.deepEqual(await refusedWith(self, 400, "invalid"), ["parent_job"]);
});

Deno.test("POST /v1/restore takes children before parents, the last of a name twice, and tells what it did not take", async () => {
  await using app = await openApp();
  const twice = [shellJob("twice", { displayname: "1" }), shellJob("twice", { displayname: "2" })];
  assert.deepEqual(await restore(app, twice), ["success create twice"]);
  assert.equal((await (await app.request("/v1/jobs/twice")).json()).displayname, "2");
  const circle = [{ name: "x", parent_job: "y" }, { name: "y", parent_job: "x" }];
  for (const line of await restore(app, circle)) assert.match(line, /^fail create [xy]: /);
  assert.equal((await app.request("/v1/jobs/x")).status, 404);
});

Deno.test("POST /v1/restore refuses what is no file of jobs, and stores none of one with a bad job", async () => {
  await using app = await openApp();
  const form = (file: unknown) => {
    const data = new FormData();
    data.set("file", typeof file === "string" ? file : JSON.stringify(file));
    return data;
  };
  const part = (type: string, body: string) => ({ headers: { "content-type": type }, body });
  const notForms = [
    part("multipart/form-data", "--x"),
    part("multipart/form-data; boundary=x", "--x\r\njunk"),
    part("multipart/form-data; boundary=", ""),
    part("application/json", "[]"),
  ];
  for (const init of notForms) {
    await refusedWith(await app.request("/v1/restore", { method: "POST", ...init }), 404, "not_found");
  }
  for (const file of ["", "{", "{}", "[1]", [null], [shellJob("one"), shellJob("Two")], "[".repeat(100_000)]) {
    await refusedWith(await app.request("/v1/restore", { method: "POST", body: form(file) }), 400, "invalid");
  }
  assert.deepEqual(await (await app.request("/v1/jobs")).json(), []);
  const tooBig = new Uint8Array((32 << 20) + 1);
  await refusedWith(await app.request("/v1/restore", { method: "POST", body: tooBig }), 413, "too_large");
});

Deno.test("POST /v1/restore refuses a circle longer than it could recurse through, job by job", async () => {
  await using app = await openApp();
  const length = 10_000;
  const circle = Array.from({ length }, (_, i) => ({ name: `c${i}`, parent_job: `c${(i + 1) % length}` }));
  const lines = await restore(app, circle);
  assert.equal(lines.filter((line) => line.startsWith("fail create ")).length, length);
});
