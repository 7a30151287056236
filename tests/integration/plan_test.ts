import { deepEqual, equal, ok } from "node:assert/strict";
import { startCarillon } from "../support/carillon.ts";
import { eventually } from "../support/eventually.ts";
import { FakeClock } from "../support/fake_clock.ts";

interface Plan {
  hours: { hour: string; success: number | null; failed: number | null; planned: number }[];
  items: { kind: string; job: string; count?: number }[];
}

const T0 = Date.UTC(2026, 0, 1, 12, 30);
const HOUR_MS = 3_600_000;
const at = (hours: number) => new Date(T0 + hours * HOUR_MS).toISOString();

Deno.test("GET /v1/plan tells what ran, what did not, and what will, over all jobs, and counts by hour", async () => {
  const clock = new FakeClock(T0);
  await using carillon = await startCarillon({ clock });
  const { json } = carillon;
  const define = (name: string, schedule: string, command: string, more = {}) =>
    json("POST", "/v1/jobs", { name, schedule, executor: "shell", executor_config: { command, shell: true }, ...more });
  await define("good", "@manually", "true");
  await define("bad", "@manually", "exit 3");
  await define("hourly", "0 0 * * * *", "true");
  await define("each-minute", "0 * * * * *", "true", { disabled: true });
  for (const name of ["good", "bad"]) {
    await json("POST", `/v1/jobs/${name}/run`);
    await eventually(async () => {
      await clock.advance(5);
      const [run] = await json<{ finished_at: string | null }[]>("GET", `/v1/jobs/${name}/executions`);
      return run?.finished_at !== null && run?.finished_at !== undefined;
    });
  }
  const plan = await eventually(async () => {
    await clock.advance(5);
    const read = await json<Plan>("GET", `/v1/plan?from=${at(-1)}&to=${at(4)}`);
    return read.hours.some(({ success, failed }) => success === 1 && failed === 1) && read;
  });
  const kinds = (job: string) => plan.items.filter((item) => item.job === job).map(({ kind }) => kind);
  deepEqual([kinds("good"), kinds("bad"), kinds("hourly"), kinds("each-minute")], [["ran"], ["ran"], ["will_run"], []]);
  equal(plan.items.find(({ job }) => job === "hourly")?.count, 4);
  const planned = plan.hours.map((hour) => hour.planned);
  equal(planned.reduce((sum, count) => sum + count, 0), 4);
  ok(plan.hours.every((hour, i) => i === 0 || hour.hour > (plan.hours[i - 1]?.hour ?? "")));
});
