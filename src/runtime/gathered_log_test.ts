import { deepEqual } from "node:assert/strict";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { GatheredLog } from "./gathered_log.ts";
import { createLog } from "./log.ts";

/** A gathered logger at work, and the lines that came of it, without their times. */
function gathered() {
  const lines: string[] = [];
  const clock = new FakeClock();
  const write = (line: string) => void lines.push(line.slice(line.indexOf(" ") + 1));
  const log = new GatheredLog({
    clock,
    log: createLog({ level: "info", format: "text", now: () => clock.now(), write }),
  });
  return { log, clock, lines };
}

Deno.test("GatheredLog.error() writes lines that differ in names and numbers once a period, with their count", async () => {
  const { log, clock, lines } = gathered();
  const stop = new AbortController();
  const running = log.run(stop.signal);
  for (let n = 0; n < 40; n++) log.error(`Cannot fire "job ${n}": no answer within ${600 - n} ms`, { job: `j${n}` });
  log.error('Cannot fire "other": it has no plan');
  const first = [
    'ERROR Cannot fire "job 0": no answer within 600 ms job=j0',
    'ERROR Cannot fire "other": it has no plan',
  ];
  deepEqual(lines.splice(0), first);
  await clock.advance(10_000);
  const rest = 'ERROR Cannot fire "job 39": no answer within 561 ms (39 like this in the last 10 s) job=j39';
  deepEqual(lines.splice(0), [rest]);
  log.error('Cannot fire "a": no answer within 9 ms');
  log.error('Cannot fire "other": it has no plan');
  deepEqual(lines.splice(0), ['ERROR Cannot fire "other": it has no plan'], "it did not come in the period before");
  stop.abort();
  await running;
  deepEqual(lines, ['ERROR Cannot fire "a": no answer within 9 ms (1 like this in the last 10 s)'], "told at the end");
});

Deno.test("GatheredLog.with() adds fields, and gathers with the rest; other levels pass", () => {
  const { log, lines } = gathered();
  log.with({ job: "a" }).warn("Cannot wait");
  log.with({ job: "b" }).with({ run: 1 }).warn("Cannot wait");
  for (let n = 0; n < 2; n++) log.info("Begun", { n });
  deepEqual(lines.splice(0), ["WARN  Cannot wait job=a", "INFO  Begun n=0", "INFO  Begun n=1"]);
  log.flush();
  deepEqual(lines, ["WARN  Cannot wait (1 like this in the last 10 s) job=b run=1"]);
});
