import { BenchServer } from "./bench_server.ts";
import type { Figure } from "./figure.ts";
import { nameOf, storeJobs } from "./jobs.ts";
import { pause, short } from "./statistics.ts";

const TARGET = 700;
const OFFERED = 800;

/** Shell runs in a second: `echo`, a little more of them than is asked for. */
export const shellRate: Figure = {
  name: "shell",
  async *run(options) {
    await using server = await BenchServer.start(options);
    const echo = { executor: "shell", executor_config: { command: "echo hello" } };
    const jobs = Array.from({ length: OFFERED }, (_, i) => ({ name: nameOf(i), schedule: "* * * * * *", ...echo }));
    await storeJobs(server, jobs);
    await pause(5_000);
    const windowMs = options.quick ? 8_000 : 30_000;
    const before = await ended(server);
    await pause(windowMs);
    const after = await ended(server);
    const perSecond = (after.successes - before.successes) / ((after.atMs - before.atMs) / 1_000);
    const failed = after.errors - before.errors;
    yield {
      work: `shell runs (echo), ${OFFERED} due each second`,
      target: `>= ${TARGET}/s`,
      measured: `${short(perSecond)}/s, ${failed} failed`,
      ok: perSecond >= TARGET && failed === 0,
    };
  },
};

async function ended(server: BenchServer): Promise<{ successes: number; errors: number; atMs: number }> {
  const jobs: { success_count: number; error_count: number }[] = await (await server.request("/v1/jobs")).json();
  const successes = jobs.reduce((sum, job) => sum + job.success_count, 0);
  return { successes, errors: jobs.reduce((sum, job) => sum + job.error_count, 0), atMs: Date.now() };
}
