import assert from "node:assert/strict";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { eventually } from "../../tests/support/eventually.ts";
import { openMemory, PROFILES } from "../kv/mod.ts";
import { beatsKey, leaseKey } from "../store/mod.ts";
import { refuseLive } from "./live_server.ts";
import { write } from "./stores_test.ts";

/** A store that many servers can use, and what happens to its lease while it is watched. */
async function watched(happen: (engine: ReturnType<typeof openMemory>) => Promise<void>): Promise<void> {
  const memory = openMemory();
  await write(memory, leaseKey(), new Uint8Array([1]));
  const clock = new FakeClock();
  const watching = refuseLive({ ...memory, profile: PROFILES.connect }, clock, { name: "kv", what: "restore into" });
  let over = false;
  const end = watching.then(() => undefined, (thrown: unknown) => thrown).finally(() => over = true);
  await eventually(() => clock.sleeping === 1);
  await happen(memory);
  while (!over) await clock.advance(500);
  await memory.close();
  const thrown = await end;
  if (thrown !== undefined) throw thrown;
}

Deno.test("refuseLive() refuses a store whose lease is renewed, or taken while it is watched", async () => {
  await assert.rejects(
    watched((engine) => write(engine, leaseKey(), new Uint8Array([2]))),
    /Cannot restore into "kv": a server is working on it; stop all servers first/,
  );
});

Deno.test("refuseLive() refuses a store that a server without the lease writes to", async () => {
  await assert.rejects(
    watched((engine) => write(engine, beatsKey("i1", 0), new Uint8Array([2]))),
    /a server is working on it/,
  );
});

Deno.test("refuseLive() passes a store whose lease was left by a crash, or is given up", async () => {
  await watched(() => Promise.resolve());
  await watched((engine) => write(engine, leaseKey(), null));
});
