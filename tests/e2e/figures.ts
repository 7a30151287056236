/**
 * Measures the web UI in a real browser: the first view with 10,000 jobs, the list of 100,000 as it is scrolled, pages while
 * 200 jobs a second change, and 100 MB of output (`deno task figures`).
 * @module
 */
import type { Carillon } from "../support/carillon.ts";
import { bigOutputFigures } from "./big_output.ts";
import { longTasks, watchLongTasks } from "./long_tasks.ts";
import { openSite } from "./site.ts";

/** Jobs that are stored at the same time. */
const AT_ONCE = 100;

await using site = await openSite({ agent: false });
const tell = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));

async function storeJobs({ json }: Carillon, from: number, to: number): Promise<void> {
  for (let first = from; first < to; first += AT_ONCE) {
    const names = Array.from({ length: Math.min(AT_ONCE, to - first) }, (_, i) => `job-${first + i}`);
    await Promise.all(names.map((name) => json("POST", "/v1/jobs", jobOf(name))));
  }
}

const jobOf = (name: string, owner = "") => ({
  ...{ name, owner, schedule: "@yearly", executor: "shell", executor_config: { command: "true" } },
});

await storeJobs(site.carillon, 0, 10_000);
for (const what of ["cold", "warm", "warm"]) {
  const context = await site.browser.newContext({ viewport: { width: 1280, height: 860 } });
  if (what === "warm") await (await site.open("/", { context })).getByText(/^10,?000 jobs$/).first().waitFor();
  const began = performance.now();
  const page = await site.open("/", { context });
  await page.getByText(/^10,?000 jobs$/).first().waitFor();
  const took = Math.round(performance.now() - began);
  const bytes = await page.evaluate<number>(
    `performance.getEntriesByType("resource").filter((one) => one.name.endsWith(".js")).reduce((sum, one) => sum + one.encodedBodySize, 0)`,
  );
  tell(`first view of 10,000 jobs, ${what} cache: ${took} ms, ${Math.round(bytes / 1_024)} KiB of compressed script`);
  await context.close();
}

await storeJobs(site.carillon, 10_000, 100_000);
const list = await site.open("/jobs");
await list.getByText(/^100,?000 jobs$/).first().waitFor();
await watchLongTasks(list);
await list.mouse.move(640, 600);
for (let step = 0; step < 200; step++) await list.mouse.wheel(0, step % 20 === 0 ? 50_000 : 900);
await list.getByText(/^job-\d+$/).first().waitFor();
tell(`100,000 jobs scrolled by 200 turns of the wheel: ${await longTasks(list)}`);
await list.close();

for (const path of ["/", "/jobs", "/jobs/job-1", "/day"]) {
  const page = await site.open(path);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await watchLongTasks(page);
  const began = performance.now();
  let sent = 0;
  while (sent < 2_000) {
    const due = Math.min(2_000, Math.floor((performance.now() - began) / 5));
    const names = Array.from({ length: due - sent }, (_, i) => `job-${(sent + i) % 500}`);
    await Promise.all(names.map((name) => site.carillon.json("POST", "/v1/jobs", jobOf(name, `owner-${sent}`))));
    sent = due;
    await page.waitForTimeout(20);
  }
  const rate = Math.round(sent / ((performance.now() - began) / 1_000));
  tell(`${path} while ${rate} jobs a second change: ${await longTasks(page)}`);
  await page.close();
}

await using writing = await openSite({});
for await (const line of bigOutputFigures(writing)) tell(line);
