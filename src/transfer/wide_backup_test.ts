import assert from "node:assert/strict";
import { openMemory } from "../kv/mod.ts";
import { executionPrefix, executionTable, groupTable, unmadePrefix } from "../store/mod.ts";
import { BusyStore, entriesOf } from "./repair/busy_store_test.ts";
import { backUp, restoreText, write } from "./stores_test.ts";

const busy = new BusyStore();

Deno.test("restoreBackup() skips what a wide group had still to make, each target with a reason", async () => {
  const [engine, target] = [await busy.copy(), openMemory()];
  const [page] = await entriesOf(engine, unmadePrefix());
  const id = String(page?.key[2]);
  await restoreText(target, await backUp(engine));
  const stored = (await entriesOf(target, executionPrefix())).filter(({ key }) => key[2] === id);
  const groups = stored.filter(({ key }) => key.length === groupTable.keyParts);
  const [group] = groups.map(({ value }) => groupTable.decode(value));
  assert.deepEqual([group?.state, group?.outcome, group?.targets.length], ["ended", "skipped", 50]);
  const executions = stored.filter((entry) => !groups.includes(entry)).map(({ value }) => executionTable.decode(value));
  assert.equal(executions.length, 50);
  assert.ok(executions.every((each) => each.state === "skipped" && each.reason?.endsWith("when it had not begun")));
  assert.deepEqual(await entriesOf(target, unmadePrefix()), []);
  await Promise.all([engine.close(), target.close()]);
});

Deno.test("restoreBackup() brings back a page that nobody can read byte for byte, and its group is over", async () => {
  const [engine, target] = [await busy.copy(), openMemory()];
  const [page] = await entriesOf(engine, unmadePrefix());
  if (page === undefined) return assert.fail("no page");
  await write(engine, page.key, new TextEncoder().encode("{]"));
  await restoreText(target, await backUp(engine));
  const [left] = await entriesOf(target, unmadePrefix());
  assert.deepEqual([left?.key, left && new TextDecoder().decode(left.value)], [page.key, "{]"]);
  for (const { key, value } of await entriesOf(target, executionPrefix())) {
    if (key.length === groupTable.keyParts) assert.equal(groupTable.decode(value).state, "ended");
  }
  await Promise.all([engine.close(), target.close()]);
});
