import assert from "node:assert/strict";
import { type Clock, silentLog, systemClock } from "../runtime/mod.ts";
import { MemoryWatch } from "./memory_watch.ts";

Deno.test("MemoryWatch.watch() minds all groups with one look a second, and none when nothing is watched", async () => {
  const waits: { ms: number; signal: AbortSignal | undefined }[] = [];
  const sleep: Clock["sleep"] = (ms, signal) => {
    waits.push({ ms, signal });
    if (waits.length === 1) return Promise.resolve();
    return new Promise((resolve) => signal?.addEventListener("abort", () => resolve()));
  };
  const watch = new MemoryWatch({ clock: { ...systemClock, sleep }, env: { PATH: "/usr/bin:/bin" }, log: silentLog });
  const exceeded = Array.from({ length: 5 }, () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    return { promise, watched: watch.watch(Deno.pid, 1, resolve) };
  });
  for (const { promise, watched } of exceeded) {
    assert.ok(await promise > 2 ** 20);
    watched[Symbol.dispose]();
  }
  assert.deepEqual(waits.map(({ ms, signal }) => [ms, signal?.aborted]), [[1_000, true], [1_000, true]]);
});
