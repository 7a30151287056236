import { deepEqual, equal, match } from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { browserTest, openSite } from "./site.ts";

const LOOP = "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.1; done";

browserTest("UI: a job is made with the form, watched as it runs, and stopped", async () => {
  await using site = await openSite();
  const page = await site.open("/new");
  await page.getByLabel("Name", { exact: false }).first().fill("counter");
  await page.getByLabel("Schedule", { exact: true }).fill("@manually");
  await page.getByLabel("Command", { exact: false }).fill(LOOP);
  await page.getByRole("switch", { name: "Through a shell" }).check();
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByRole("heading", { level: 1, name: "counter" }).waitFor();
  equal((await site.carillon.server.views.job("counter"))?.job.definition.executorConfig?.shell, true);

  await page.getByRole("button", { name: "Run now" }).click();
  await page.getByRole("link", { name: "Open this run" }).click();
  const output = page.getByRole("log", { name: "Output" });
  await output.getByText("line 3", { exact: true }).waitFor();
  const lines = () => output.locator(".line").count();
  const before = await lines();
  await eventually(async () => await lines() > before + 3, { what: "further lines" });

  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByLabel("Reason", { exact: false }).fill("seen enough");
  await page.getByRole("dialog").getByRole("button", { name: "Stop" }).click();
  await page.getByText("Over: Cancelled").waitFor();
  match(await page.locator("main").innerText(), /seen enough/);
  deepEqual(site.problems, []);
});

browserTest("UI: what is wrong with a job stands beside its field, and nothing is lost", async () => {
  await using site = await openSite();
  const page = await site.open("/new");
  await page.getByLabel("Name", { exact: false }).first().fill("Bad Name");
  await page.getByLabel("Schedule", { exact: true }).fill("0 0 0 31 2 *");
  await page.getByLabel("Command", { exact: false }).fill("true");
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByText('contains illegal character "B"').first().waitFor();
  equal(await page.getByLabel("Command", { exact: false }).inputValue(), "true");
  await page.getByLabel("Name", { exact: false }).first().fill("good-name");
  await page.getByLabel("Schedule", { exact: true }).fill("@daily");
  await page.getByRole("tab", { name: "YAML" }).click();
  match(await page.locator(".cm-content").innerText(), /name: good-name[\s\S]*schedule: "@daily"/);
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByRole("heading", { level: 1, name: "good-name" }).waitFor();
});

browserTest("UI: the timeline says why a time was skipped, and what was in the way", async () => {
  await using site = await openSite();
  await site.carillon.json("POST", "/v1/jobs", {
    name: "slow",
    schedule: "@every 1s",
    concurrency: "forbid",
    executor: "shell",
    executor_config: { command: "sleep 60" },
  });
  const page = await site.open("/jobs/slow?tab=timeline");
  await page.getByText("Did not run: overlap", { exact: false }).first().waitFor();
  await page.getByRole("link", { name: "What was in the way" }).first().click();
  await page.getByRole("heading", { level: 1, name: "Run of slow" }).waitFor();
  equal(await page.getByText("Running", { exact: true }).first().isVisible(), true);
});

browserTest("UI: an old revision is restored", async () => {
  await using site = await openSite();
  const define = (command: string) =>
    site.carillon.json("POST", "/v1/jobs", {
      name: "job",
      schedule: "@manually",
      executor: "shell",
      executor_config: { command },
    });
  await define("echo first");
  await define("echo second");
  const page = await site.open("/jobs/job?tab=revisions");
  const first = page.getByRole("region", { name: "Revision 1" });
  await first.getByRole("button", { name: "Restore" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Restore" }).click();
  await page.getByRole("region", { name: "Revision 3" }).waitFor();
  equal((await site.carillon.server.views.job("job"))?.job.definition.executorConfig?.command, "echo first");
});

browserTest("UI: jobs are searched by the server, selected, and paused together with a note", async () => {
  await using site = await openSite();
  for (const name of ["sync-a", "sync-b", "report"]) {
    await site.carillon.json("POST", "/v1/jobs", {
      name,
      schedule: "@daily",
      executor: "shell",
      executor_config: { command: "true" },
    });
  }
  const page = await site.open("/jobs");
  await page.getByLabel("Name").fill("sync");
  await page.getByText("2 jobs", { exact: true }).waitFor();
  match(page.url(), /q=sync/);
  await page.getByLabel("Select sync-a").check();
  await page.getByLabel("Select sync-b").check();
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await page.getByLabel("Note", { exact: false }).fill("moving the shop");
  await page.getByRole("dialog").getByRole("button", { name: "Pause" }).click();
  await page.getByText("2 jobs are paused").waitFor();
  const noteOf = async (name: string) => (await site.carillon.server.views.job(name))?.job.pause?.note;
  deepEqual([await noteOf("sync-a"), await noteOf("sync-b"), await noteOf("report")], [
    "moving the shop",
    "moving the shop",
    undefined,
  ]);
});
