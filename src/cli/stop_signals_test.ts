import assert from "node:assert/strict";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { listenForStop, type StopSignal } from "./stop_signals.ts";

Deno.test("listenForStop() asks for a clean stop first, then for the end at once with the signal's code", async () => {
  for (const [second, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    let send: (signal: StopSignal) => void = () => {};
    let listening = true;
    const clock = new FakeClock();
    {
      using signals = listenForStop((handler) => {
        send = handler;
        return { [Symbol.dispose]: () => void (listening = false) };
      }, clock);
      assert.equal(signals.stop.aborted, false);
      send("SIGTERM");
      assert.deepEqual([signals.stop.aborted, signals.hurry.aborted], [true, false]);
      send("SIGTERM");
      assert.equal(signals.hurry.aborted, false, "the same signal twice at once is one");
      await clock.advance(1_000);
      send(second);
      assert.equal(signals.hurry.aborted, true);
      assert.equal(await signals.hurried, code);
    }
    assert.equal(listening, false);
  }
});
