import { strictEqual } from "node:assert/strict";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { SilenceJudge } from "./silence_judge.ts";

Deno.test("SilenceJudge.silentMs() counts from when the current mark was first read", async () => {
  const { clock, judge } = setUp();
  strictEqual(judge.silentMs("node"), 0);
  judge.saw("node", "1");
  await clock.advance(400);
  judge.saw("node", "1");
  await clock.advance(400);
  strictEqual(judge.silentMs("node"), 800);
  judge.saw("node", "2");
  strictEqual(judge.silentMs("node"), 0);
});

Deno.test("SilenceJudge.restart() starts all counts again", async () => {
  const { clock, judge } = setUp();
  judge.saw("a", "1");
  judge.saw("b", "1");
  await clock.advance(5_000);
  judge.restart();
  await clock.advance(100);
  strictEqual(judge.silentMs("a") + judge.silentMs("b"), 200);
});

Deno.test("SilenceJudge.rest() starts all counts again only when the process stood still", async () => {
  const { clock, judge } = setUp();
  judge.saw("a", "1");
  const short = judge.rest(500, clock.sleep(500));
  await clock.advance(500);
  await short;
  strictEqual(judge.silentMs("a"), 500);
  const long = judge.rest(500, clock.sleep(500));
  await clock.jump(2_000);
  await long;
  strictEqual(judge.silentMs("a"), 0);
});

Deno.test("SilenceJudge.forget() drops what is no longer watched", async () => {
  const { clock, judge } = setUp();
  judge.saw("a", "1");
  await clock.advance(500);
  judge.forget("a");
  strictEqual(judge.silentMs("a"), 0);
});

function setUp() {
  const clock = new FakeClock();
  return { clock, judge: new SilenceJudge({ clock, maxPauseMs: 600 }) };
}
