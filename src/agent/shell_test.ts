import { equal, ok } from "node:assert/strict";
import { eventually } from "../../tests/support/eventually.ts";
import { createExecutors, type GroupNote, killSurvivors } from "../execute/mod.ts";
import { silentLog, systemClock } from "../runtime/mod.ts";
import { assignment, Bench, textIn } from "./fakes_test.ts";

const env = Deno.env.toObject();

function shell(execution: string, command: string) {
  return assignment(execution, { executor: "shell", config: { command, shell: "true" }, graceMs: 2_000 });
}

Deno.test("Agent.run() runs real commands: output, exit code, cancel", async () => {
  using executors = createExecutors({ clock: systemClock, env, log: silentLog });
  await using bench = await new Bench({ executors }).start();
  bench.server.queue(shell("a", "echo out; echo err >&2; exit 3"), shell("b", "echo on; sleep 100"));
  const a = await eventually(() => bench.server.results.get("a"));
  equal(textIn(a.output.inline ?? ""), "out\nerr\n");
  equal(`${a.state} ${a.exitCode} ${a.reason}`, "failed 3 exit status 3");
  bench.server.cancel("b");
  const b = await eventually(() => bench.server.results.get("b"));
  equal(`${b.state}: ${b.reason}`, "cancelled: cancelled by ann: enough");
});

Deno.test("Agent.start() kills real processes that a former life left running", async () => {
  const dataDir = await Deno.makeTempDir();
  using executors = createExecutors({ clock: systemClock, env, log: silentLog });
  const killed: GroupNote[] = [];
  const kill = async (groups: readonly GroupNote[]) => {
    killed.push(...await killSurvivors({ clock: systemClock, env }, groups));
  };
  await using first = await new Bench({ dataDir, executors }).start();
  first.server.queue(shell("a", "sleep 100"));
  await eventually(() => Deno.readTextFileSync(`${dataDir}/processes`).endsWith(" a"));
  await using second = await new Bench({ dataDir, executors, killSurvivors: kill }).start();
  equal(killed.map(({ executionId }) => executionId).join(), "a");
  const result = await eventually(() => first.server.results.get("a"));
  ok(result.state === "failed", result.state);
  await first.kill();
  await second.kill();
  await Deno.remove(dataDir, { recursive: true });
});
