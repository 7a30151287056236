import { deepEqual } from "node:assert/strict";
import { openMemory } from "../kv/mod.ts";
import { CarillonError, createLog } from "../runtime/mod.ts";
import { startCarillon } from "../../tests/support/carillon.ts";

Deno.test("Server.run() tells once, and then with a count, what fails with each run while the store does not answer", async () => {
  const lines: string[] = [];
  const log = createLog({ level: "info", format: "text", now: Date.now, write: (line) => void lines.push(line) });
  const engine = openMemory();
  await using carillon = await startCarillon({ engine, agent: false, log });
  const { kv } = engine;
  const get = kv.get.bind(kv);
  kv.get = () => Promise.reject(new CarillonError("unavailable", "Cannot read: no answer within 600 ms"));
  const { finisher } = carillon.server;
  const ends = Array.from(
    { length: 20 },
    (_, n) => finisher.submit(`uid-${n}`, { kind: "skip", execution: "e", reason: "none" }),
  );
  const outcomes = await Promise.allSettled(ends);
  kv.get = get;
  await carillon.kill();
  const told = lines.flatMap((line) => /ERROR (Cannot store what became of a run.*)$/.exec(line)?.[1] ?? []);
  const line = "Cannot store what became of a run: Cannot read: no answer within 600 ms";
  deepEqual(told, [`${line} uid=uid-0`, `${line} (19 like this in the last 10 s) uid=uid-19`]);
  deepEqual(new Set(outcomes.map(({ status }) => status)), new Set(["rejected"]));
});
