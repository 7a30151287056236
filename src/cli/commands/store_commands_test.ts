import assert from "node:assert/strict";
import { join } from "node:path";
import { openEmbedded } from "../../kv/mod.ts";
import { openDataDir } from "../../server/mod.ts";
import { duePrefix, schemaKey } from "../../store/mod.ts";
import { fillStore, recordsOf, write } from "../../transfer/stores_test.ts";
import { fakeCli } from "../fake_cli_test.ts";

/** A folder with a data directory `a` that holds some jobs. */
async function filledDir() {
  const path = await Deno.makeTempDir({ prefix: "carillon-moving-" });
  const at = (name: string) => join(path, name);
  await Deno.mkdir(at("a"));
  await withStoreOf(at("a"), (engine) => fillStore(engine, { seed: 8, jobs: 6, open: false }));
  return { at, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

async function withStoreOf<T>(dir: string, work: (engine: Awaited<ReturnType<typeof openEmbedded>>) => Promise<T>) {
  const engine = await openEmbedded(join(dir, "carillon.sqlite3"));
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

const jobsIn = (dir: string) =>
  withStoreOf(
    dir,
    async (engine) => [...await recordsOf(engine)].filter(([key]) => /^(job|exec|due|cursor)\//.test(key)),
  );

for (const file of ["b.ndjson", "b.ndjson.gz"]) {
  Deno.test(`backup and restore bring ${file} into an empty data directory`, async () => {
    await using dir = await filledDir();
    const cli = fakeCli();
    const [a, b, path] = [dir.at("a"), dir.at("b"), dir.at(file)];
    const backedUp = await cli.run("backup", "--kv", a, path);
    assert.deepEqual([backedUp.code, backedUp.out], [0, ""]);
    assert.match(backedUp.err, /^backed up \d jobs, \d+ executions, \d+ lines\n$/);
    const restored = await cli.run("restore", "--kv", b, path);
    assert.match(restored.out, /^restored \d jobs, \d+ executions, \d+ records\n$/);
    assert.equal(restored.code, 0);
    assert.deepEqual(await jobsIn(b), await jobsIn(a));
    assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o77, 0);
  });
}

Deno.test("backup - writes to standard output what restore takes", async () => {
  await using dir = await filledDir();
  const cli = fakeCli({ env: { CARILLON_DATA_DIR: dir.at("a") } });
  cli.files["b"] = (await cli.run("backup", "-")).out;
  assert.equal((await cli.run("restore", "--kv", dir.at("b"), "b")).code, 0);
  assert.deepEqual(await jobsIn(dir.at("b")), await jobsIn(dir.at("a")));
});

Deno.test("backup overwrites a file only when told to, and leaves no part of one", async () => {
  await using dir = await filledDir();
  const cli = fakeCli();
  const path = dir.at("b");
  await Deno.writeTextFile(path, "mine");
  const refused = await cli.run("backup", "--kv", dir.at("a"), path);
  assert.equal(refused.code, 4);
  assert.match(refused.err, /Cannot write ".*": it is there already; --overwrite replaces it/);
  assert.equal(await Deno.readTextFile(path), "mine");
  assert.equal((await cli.run("backup", "--kv", dir.at("a"), "--overwrite", path)).code, 0);
  await assert.rejects(Deno.stat(`${path}.partial`), Deno.errors.NotFound);
  const nowhere = await cli.run("backup", "--kv", dir.at("a"), dir.at("no/b"));
  assert.deepEqual([nowhere.code, /Cannot write/.test(nowhere.err)], [1, true]);
});

Deno.test("backup, restore --dry-run, repair and store copy say when there is no store, and make none", async () => {
  await using dir = await filledDir();
  const cli = fakeCli();
  await cli.run("backup", "--kv", dir.at("a"), dir.at("b"));
  const no = dir.at("no");
  for (
    const args of [
      ["backup", "--kv", no, dir.at("c")],
      ["restore", "--dry-run", "--kv", no, dir.at("b")],
      ["repair", "--kv", no],
      ["store", "copy", "--from", no, "--to", dir.at("c")],
    ]
  ) {
    const { code, err } = await cli.run(...args);
    assert.deepEqual([code, /Cannot .* "[^"]*no": there is no store/.test(err)], [3, true], err);
  }
  await assert.rejects(Deno.stat(no), Deno.errors.NotFound);
});

Deno.test("restore, repair and store copy are refused while a server uses the data directory; backup is not", async () => {
  await using dir = await filledDir();
  const cli = fakeCli();
  using _server = await openDataDir(dir.at("a"));
  assert.equal((await cli.run("backup", "--kv", dir.at("a"), dir.at("b"))).code, 0);
  for (
    const args of [
      ["restore", "--replace", "--kv", dir.at("a"), dir.at("b")],
      ["repair", "--kv", dir.at("a")],
      ["store", "copy", "--from", dir.at("a"), "--to", dir.at("c")],
    ]
  ) {
    const { code, err } = await cli.run(...args);
    assert.deepEqual([code, /another process is using it/.test(err)], [1, true], err);
  }
});

Deno.test("restore changes nothing on --dry-run, in a full store, or with a damaged file", async () => {
  await using dir = await filledDir();
  const cli = fakeCli();
  const [a, path] = [dir.at("a"), dir.at("b")];
  await cli.run("backup", "--kv", a, path);
  const before = await withStoreOf(a, (engine) => recordsOf(engine));
  const full = await cli.run("restore", "--kv", a, path);
  assert.equal(full.code, 4);
  assert.match(full.err, /it holds \d+ records; take an empty store, or remove them with --replace/);
  const dry = await cli.run("restore", "--kv", a, "--replace", "--dry-run", path);
  assert.match(dry.out, /^would restore \d jobs/);
  const text = await Deno.readTextFile(path);
  cli.files["cut"] = text.slice(0, text.length - 200);
  const cut = await cli.run("restore", "--kv", a, "--replace", "cut");
  assert.equal(cut.code, 2);
  assert.match(cut.err, /Cannot restore from "cut": .*(cut off|damaged)/);
  assert.deepEqual(await withStoreOf(a, (engine) => recordsOf(engine)), before);
  assert.equal((await cli.run("restore", "--kv", a, "--replace", path)).code, 0);
});

Deno.test("restore stores a Dkron export by a running server, and says what it could not store", async () => {
  const cli = fakeCli();
  cli.files["jobs.json"] = JSON.stringify([{
    name: "x",
    schedule: "@daily",
    executor: "shell",
    executor_config: { command: "true" },
  }]);
  assert.deepEqual(await cli.run("restore", "jobs.json"), { code: 0, out: "success create x\n", err: "" });
  assert.equal((await cli.run("job", "get", "x")).code, 0);
  const { code, err } = await cli.run("restore", "--dry-run", "jobs.json");
  assert.deepEqual([code, /do not apply/.test(err)], [2, true]);
  cli.files["bad.json"] = "[{]";
  assert.equal((await cli.run("restore", "bad.json")).code, 2);
});

Deno.test("restore says what it cannot take", async () => {
  const cli = fakeCli();
  const stdin = await cli.run("restore", "-");
  assert.deepEqual([stdin.code, /give a file, not -/.test(stdin.err)], [2, true]);
  const missing = await cli.run("restore", "/no/such/file");
  assert.deepEqual([missing.code, /Cannot read "\/no\/such\/file"/.test(missing.err)], [2, true]);
});

Deno.test("store copy copies a data directory and counts both sides", async () => {
  await using dir = await filledDir();
  const cli = fakeCli();
  const args = ["store", "copy", "--from", dir.at("a"), "--to", dir.at("c")];
  assert.match((await cli.run(...args, "--dry-run")).out, /^would copy \d+ records\n/);
  const { code, out } = await cli.run(...args);
  assert.equal(code, 0);
  assert.match(out, /^copied \d+ records, counted on both sides\n {2}audit/);
  const [from, to] = await Promise.all(["a", "c"].map((name) => withStoreOf(dir.at(name), (each) => recordsOf(each))));
  assert.deepEqual(to, from);
  assert.equal((await cli.run(...args)).code, 4);
});

Deno.test("repair mends what is missing, shows it only on --dry-run, and then finds nothing", async () => {
  await using dir = await filledDir();
  const cli = fakeCli();
  const a = dir.at("a");
  const before = await jobsIn(a);
  await withStoreOf(a, async (engine) => {
    const [due] = await Array.fromAsync(engine.kv.list({ prefix: duePrefix() }));
    if (due) await write(engine, due.key, null);
  });
  const shown = await cli.run("repair", "--kv", a, "--dry-run");
  assert.match(shown.out, /^job "job\d": its due entry is missing\n$/);
  assert.equal(shown.err, "found 1: due index and cursors 1\n");
  assert.deepEqual(await cli.run("repair", "--kv", a), {
    code: 0,
    out: shown.out,
    err: "mended 1: due index and cursors 1\n",
  });
  assert.deepEqual(await jobsIn(a), before);
  assert.deepEqual(await cli.run("repair", "--kv", a), { code: 0, out: "", err: "nothing is wrong\n" });
  await withStoreOf(a, (engine) => write(engine, schemaKey(), null));
  assert.equal((await cli.run("repair", "--kv", a)).code, 3);
});
