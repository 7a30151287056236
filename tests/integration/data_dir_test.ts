import assert from "node:assert/strict";
import { join } from "node:path";
import { openEmbedded } from "../../src/kv/mod.ts";
import { schemaKey } from "../../src/store/mod.ts";
import { startCarillon } from "../support/carillon.ts";
import { eventually } from "../support/eventually.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;
const PERMISSIONS = ["net=127.0.0.1", "env", "run", "read", "write", "sys"].map((name) => `--allow-${name}`);

/** A folder of its own for one test. */
async function tempDir() {
  const path = await Deno.makeTempDir({ prefix: "carillon-dir-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** `carillon start` in a process of its own. */
function start(dataDir: string): Deno.ChildProcess {
  const args = ["run", "--no-prompt", "--config", CONFIG, ...PERMISSIONS, MAIN, "start", "--data-dir", dataDir];
  return new Deno.Command(Deno.execPath(), {
    args: [...args, "--http-addr", "127.0.0.1:0"],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

/** Starts on a folder that must be refused; answers what was said. */
async function refusedStart(dataDir: string): Promise<string> {
  const { code, stderr } = await start(dataDir).output();
  const said = new TextDecoder().decode(stderr);
  assert.notEqual(code, 0, said);
  assert.match(said, /ERROR Cannot /);
  assert.doesNotMatch(said, /is up|\n +at /);
  return said;
}

/** Bytes of every file of the store, by name; what SQLite keeps beside an open file is left out when it is empty. */
async function storeBytes(dir: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, isFile } of Deno.readDir(dir)) {
    if (!isFile || !name.startsWith("carillon.sqlite3") || name.endsWith("-shm")) continue;
    const bytes = await Deno.readFile(join(dir, name));
    if (bytes.length > 0) found[name] = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  }
  return found;
}

/** A store with some jobs in it, closed cleanly. */
async function filledStore(dataDir: string): Promise<Uint8Array<ArrayBuffer>> {
  {
    await using carillon = await startCarillon({ dataDir, agent: false });
    const jobs = Array.from(
      { length: 60 },
      (_, i) => ({ name: `j${i}`, schedule: "@daily", owner: "o".repeat(2_000) }),
    );
    await Promise.all(jobs.map((job) => carillon.json("POST", "/v1/jobs", job)));
  }
  return await Deno.readFile(join(dataDir, "carillon.sqlite3"));
}

/** Ways to damage a store. Names begin with what the message must say. */
const DAMAGES: Record<string, (whole: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>> = {
  "not a database: text": () => new TextEncoder().encode("precious text\n".repeat(1_000)),
  "not a database: noise": (whole) => whole.map((byte, i) => byte ^ (i * 31 + 7)),
  "malformed: half of it": (whole) => whole.slice(0, whole.length / 2),
  "malformed: the head of it": (whole) => whole.slice(0, 4_096),
  "malformed: a page deep inside": (whole) => {
    const page = 4_096 * Math.floor(whole.length / 4_096 / 2);
    return new Uint8Array([...whole.slice(0, page), ...new Uint8Array(4_096).fill(0xa5), ...whole.slice(page + 4_096)]);
  },
};

Deno.test("start refuses a damaged store with its path and the reason, and leaves it as it is", async () => {
  await using whole = await tempDir();
  const intact = await filledStore(whole.path);
  await Promise.all(
    Object.entries(DAMAGES).map(async ([name, damage]) => {
      await using dir = await tempDir();
      await Deno.writeFile(join(dir.path, "carillon.sqlite3"), damage(intact));
      const before = await storeBytes(dir.path);
      const said = await refusedStart(dir.path);
      assert.ok(said.includes(dir.path) && said.includes(name.split(":")[0] ?? ""), `${name}: ${said}`);
      assert.deepEqual(await storeBytes(dir.path), before, name);
    }),
  );
});

Deno.test("start refuses a store of a newer schema, or one whose schema it cannot read, and leaves it as it is", async () => {
  const schemas: [schema: Record<string, unknown>, says: RegExp][] = [
    [{ v: 1, version: 9, minReader: 3, cluster: "c" }, /its schema is version 9, .* start a newer carillon/],
    [{ v: 1, version: "one" }, /Cannot read a stored schema/],
  ];
  await Promise.all(schemas.map(async ([schema, says]) => {
    await using dir = await tempDir();
    await filledStore(dir.path);
    const engine = await openEmbedded(join(dir.path, "carillon.sqlite3"));
    await engine.kv.atomic().set(schemaKey(), new TextEncoder().encode(JSON.stringify(schema))).commit();
    await engine.close();
    const before = await storeBytes(dir.path);
    assert.match(await refusedStart(dir.path), says);
    assert.deepEqual(await storeBytes(dir.path), before);
  }));
});

Deno.test("start refuses a folder that is none, or whose store is none", async () => {
  await using dir = await tempDir();
  const file = join(dir.path, "file");
  await Deno.writeTextFile(file, "mine");
  await Deno.mkdir(join(dir.path, "d", "carillon.sqlite3"), { recursive: true });
  const paths = [file, join(file, "below"), join(dir.path, "d"), "/proc/none"];
  await Promise.all(paths.map(async (path) => assert.ok((await refusedStart(path)).includes(path))));
  assert.equal(await Deno.readTextFile(file), "mine");
});

Deno.test("start refuses a folder that another process has, which goes on", async () => {
  await using dir = await tempDir();
  const first = start(dir.path);
  const reader = first.stderr.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  await eventually(async () => (said += (await reader.read()).value ?? "").includes("is up"), {
    what: "the first server",
    withinMs: 20_000,
  });
  const url = /url=(\S+)/.exec(said)?.[1] ?? "";
  const put = await fetch(`${url}/v1/jobs`, { method: "POST", body: '{"name":"a","schedule":"@daily"}' });
  assert.equal(put.status, 201, await put.text());
  assert.match(await refusedStart(dir.path), /another process is using it/);
  const job = await fetch(`${url}/v1/jobs/a`);
  assert.equal((await job.json()).revision, 1);
  first.kill("SIGTERM");
  while (!(await reader.read()).done);
  assert.equal((await first.status).code, 0);
});
