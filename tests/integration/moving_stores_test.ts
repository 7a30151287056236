import assert from "node:assert/strict";
import { CarillonProcess, runCarillon } from "../support/carillon_process.ts";
import { denokv, etcd, type Program, testWith } from "../support/programs.ts";
import { emptyOnDenoKv, emptyOnDisk, emptyOnEtcd, type EmptyStore, type NamedStore } from "./empty_store.ts";
import { type ApiView, FilledStores, viewOf } from "./filled_store.ts";

const filledStores = new FilledStores();

/** Runs a command that must end well; answers what it printed. */
async function done(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { code, out, err } = await runCarillon(args, env);
  assert.equal(code, 0, `carillon ${args.join(" ")}: ${err}${out}`);
  return out;
}

/** Nothing is wrong with a store, and a repair says so. */
async function isSound({ kv, env }: NamedStore): Promise<void> {
  assert.deepEqual(await runCarillon(["repair", "--kv", kv], env), { code: 0, out: "", err: "nothing is wrong\n" });
}

/** What a server on a store shows; it runs no jobs and ends then. */
async function shown({ kv, env }: NamedStore, dir: string): Promise<ApiView> {
  const args = ["start", "--server", "--no-agent", "--node-name", "n1", "--http-addr", "127.0.0.1:0"];
  const place = kv.includes("://") ? ["--kv", kv, "--data-dir", `${dir}/server`] : ["--data-dir", kv];
  await using server = new CarillonProcess([...args, ...place], env);
  const [, url = ""] = await server.says(/is up .*url=(http:\S+)/);
  const view = await viewOf(url);
  assert.equal(await server.end("SIGTERM"), 0);
  return view;
}

/** Copies a store and answers what the copy told; what it planned to copy is what it has copied. */
async function copied(from: NamedStore, to: NamedStore): Promise<string> {
  const [args, env] = [["store", "copy", "--from", from.kv, "--to", to.kv], { ...from.env, ...to.env }];
  const planned = await done([...args, "--dry-run"], env);
  const told = await done(args, env);
  assert.match(told, /^copied \d+ records, counted on both sides\n/);
  assert.deepEqual(told.split("\n").slice(1), planned.split("\n").slice(1));
  return told;
}

testWith(
  denokv.path === undefined ? denokv : etcd,
  "store copy, as a process, goes from disk to denokv to etcd and back, and servers show the same",
  async () => {
    await using filled = await filledStores.copy();
    await using onDenoKv = await emptyOnDenoKv();
    await using onEtcd = await emptyOnEtcd();
    const back = { kv: `${filled.dir}/back`, env: {} };
    const first = await copied(filled, onDenoKv);
    assert.match(first, /^ {2}unmade +1$/m);
    assert.equal(await copied(onDenoKv, onEtcd), first);
    assert.equal(await copied(onEtcd, back), first);
    for (const store of [filled, onDenoKv, onEtcd, back]) await isSound(store);

    assert.deepEqual(await shown(back, filled.dir), filled.view);
    await isSound(back);
    const again = ["store", "copy", "--from", filled.kv, "--to", back.kv];
    const refused = await runCarillon(again);
    assert.deepEqual([refused.code, /it holds \d+ records/.test(refused.err)], [4, true], refused.err);
    assert.equal(await done([...again, "--replace"]), first);
    for (const store of [onDenoKv, onEtcd]) assert.deepEqual(await shown(store, filled.dir), filled.view);
  },
);

/** What was queued when the backup was made is skipped; all else is shown as it was. */
function isRestored(view: ApiView, before: ApiView): void {
  // A retry that was still to come is skipped, which leaves the failure before it.
  const failed = view.jobs.filter(({ name }) => name === "tried-again");
  assert.deepEqual(failed.map(({ status, error_count }) => [status, error_count]), [["failed", 1]]);
  const [jobs, jobsBefore] = [view, before].map(({ jobs }) => jobs.filter(({ name }) => name !== "tried-again"));
  assert.deepEqual(jobs, jobsBefore);

  const queued = new Set(before.executions.filter(({ state }) => state === "queued").map(({ id }) => id));
  const [over, overBefore] = [view, before].map(({ executions }) => executions.filter(({ id }) => !queued.has(id)));
  assert.deepEqual(over, overBefore);
  const skipped = view.executions.filter(({ id }) => queued.has(id));
  assert.deepEqual([skipped.length, queued.size > 100], [queued.size, true]);
  for (const { state, reason } of skipped) {
    assert.equal(state, "skipped");
    assert.match(reason ?? "", /^the store was restored from a backup of .*, when it had not begun$/);
  }
}

/** The lines of a backup. */
async function linesOf(path: string): Promise<string[]> {
  const { readable } = await Deno.open(path);
  const text = path.endsWith(".gz") ? readable.pipeThrough(new DecompressionStream("gzip")) : readable;
  return (await new Response(text).text()).trimEnd().split("\n");
}

/** Backs up a store on disk and restores it into one of another kind, where servers then show the same. */
async function goesThroughBackup(open: () => Promise<EmptyStore>): Promise<void> {
  await using filled = await filledStores.copy();
  await using store = await open();
  const [file, second] = [`${filled.dir}/backup.ndjson.gz`, `${filled.dir}/second.ndjson`];
  await done(["backup", "--kv", filled.kv, file]);
  const restore = ["restore", "--kv", store.kv];
  const told = await done([...restore, file], store.env);
  assert.match(
    told,
    /^restored 9 jobs, \d+ executions \(0 were running and are lost, \d+ were queued and are skipped\)/,
  );
  await isSound(store);

  const refused = await runCarillon([...restore, file], store.env);
  assert.deepEqual([refused.code, /it holds \d+ records/.test(refused.err)], [4, true], refused.err);
  assert.equal(await done([...restore, "--replace", file], store.env), told);
  await done(["backup", "--kv", store.kv, second], store.env);
  assert.equal((await linesOf(second)).length, (await linesOf(file)).length);
  isRestored(await shown(store, filled.dir), filled.view);
  await isSound(store);
}

const KINDS: { kind: string; open: () => Promise<EmptyStore>; program?: Program }[] = [
  { kind: "disk", open: emptyOnDisk },
  { kind: "denokv", open: emptyOnDenoKv, program: denokv },
  { kind: "etcd", open: emptyOnEtcd, program: etcd },
];

for (const { kind, open, program } of KINDS) {
  const name = `backup and restore, as processes, bring a store to ${kind}, and servers show the same`;
  testWith(program, name, () => goesThroughBackup(open));
}

/** What becomes of the lines of a backup, and what a restore says of it. */
const DAMAGES: { what: string; damage: (lines: string[]) => string; says: RegExp }[] = [
  {
    what: "cut off between lines",
    damage: (lines) => `${lines.slice(0, 5).join("\n")}\n`,
    says: /it is cut off after line 5: its end is missing/,
  },
  {
    what: "cut off within a line",
    damage: (lines) => lines.slice(0, 5).join("\n").slice(0, -3),
    says: /line 5 is damaged or cut off: /,
  },
  {
    what: "with a line of no known kind",
    damage: (lines) => lines.with(3, '{"kind":"nothing"}').join("\n"),
    says: /line 4 is damaged: /,
  },
  {
    what: "without one of its lines",
    damage: (lines) => lines.toSpliced(-2, 1).join("\n"),
    says: /it should have \d+ lines and has \d+/,
  },
  {
    what: "with a changed letter",
    damage: (lines) => lines.join("\n").replaceAll("what it says", "what it said"),
    says: /its checksum does not fit what it holds/,
  },
];

Deno.test("restore, as a process, refuses a damaged backup with its line, and changes nothing", async () => {
  await using filled = await filledStores.copy();
  const [file, damaged] = [`${filled.dir}/backup.ndjson.gz`, `${filled.dir}/damaged`];
  await done(["backup", "--kv", filled.kv, file]);
  const lines = await linesOf(file);
  for (const { what, damage, says } of DAMAGES) {
    await Deno.writeTextFile(damaged, damage(lines));
    const { code, err } = await runCarillon(["restore", "--kv", filled.kv, "--replace", damaged]);
    assert.deepEqual([code, says.test(err)], [2, true], `${what}: ${err}`);
  }
  assert.deepEqual(await shown(filled, filled.dir), filled.view);
});
