import assert from "node:assert/strict";
import { type ProcessRow, readProcesses, residentBytesOf } from "./process_table.ts";

const row = (pid: number, parent: number, group: number): ProcessRow => {
  return { pid, parent, group, residentBytes: 2 ** pid, zombie: false };
};

Deno.test("residentBytesOf() sums the group and all descendants of its leader, each once", () => {
  const rows = [row(0, 9, 9), row(1, 0, 1), row(2, 1, 1), row(3, 1, 3), row(4, 3, 3), row(5, 0, 1), row(6, 0, 6)];
  assert.equal(residentBytesOf(1, rows), 2 ** 1 + 2 ** 2 + 2 ** 3 + 2 ** 4 + 2 ** 5);
  assert.equal(residentBytesOf(7, rows), 0);
});

Deno.test("readProcesses() finds this process with its memory", async () => {
  const own = (await readProcesses({ PATH: "/usr/bin:/bin" })).find(({ pid }) => pid === Deno.pid);
  assert.ok(own && own.residentBytes > 2 ** 20 && !own.zombie);
});
