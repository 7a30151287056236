import assert from "node:assert/strict";
import { listenForStop, type StopSignal } from "./stop_signals.ts";

Deno.test("listenForStop() asks for a clean stop first, then for the end at once with the signal's code", async () => {
  for (const [second, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    let send: (signal: StopSignal) => void = () => {};
    let listening = true;
    {
      using signals = listenForStop((handler) => {
        send = handler;
        return { [Symbol.dispose]: () => void (listening = false) };
      });
      assert.equal(signals.stop.aborted, false);
      send("SIGTERM");
      assert.deepEqual([signals.stop.aborted, signals.hurry.aborted], [true, false]);
      send(second);
      assert.equal(signals.hurry.aborted, true);
      assert.equal(await signals.hurried, code);
    }
    assert.equal(listening, false);
  }
});
