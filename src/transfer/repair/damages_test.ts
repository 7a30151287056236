import assert from "node:assert/strict";
import type { Engine } from "../../kv/mod.ts";
import { recordsOf } from "../stores_test.ts";
import { type BusyStore, repaired } from "./busy_store_test.ts";

/** A damage of a store: it is found by one line or more, and then is right again. */
export interface Damage {
  what: string;
  damage: (engine: Engine) => Promise<void>;
  found: RegExp[];
  /** The store is again as it was before the damage. */
  undone?: true;
}

/** Records as what they say: fields may stand in another order. Bytes that are no JSON stay as they are. */
const parsed = (records: Map<string, string>) =>
  [...records].map(([key, bytes]) => {
    const text = new TextDecoder().decode(Uint8Array.fromBase64(bytes));
    return [key, text.startsWith("{") ? JSON.parse(text) : bytes];
  });

/** A test for each: it is shown and mended, and then nothing is found. */
export function testDamages(busy: BusyStore, damages: readonly Damage[]): void {
  for (const { what, damage, found, undone } of damages) {
    Deno.test(`repairStore() mends ${what}, shows it before, and then finds nothing`, async () => {
      const engine = await busy.copy();
      const whole = await recordsOf(engine, ["slot"]);
      await damage(engine);
      const damaged = await recordsOf(engine, ["slot"]);
      const shown = await repaired(engine, true);
      assert.deepEqual(await recordsOf(engine, ["slot"]), damaged, "a dry run writes nothing");
      const mended = await repaired(engine);
      assert.deepEqual(shown, mended);
      for (const line of found) assert.ok(mended.some((each) => line.test(each)), `${line} in\n${mended.join("\n")}`);
      for (const line of mended) assert.ok(found.some((each) => each.test(line)), line);
      assert.deepEqual(await repaired(engine), []);
      if (undone) assert.deepEqual(parsed(await recordsOf(engine, ["slot"])), parsed(whole));
      await engine.close();
    });
  }
}
