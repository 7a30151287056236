import { deepEqual, equal, ok } from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { TESTER } from "../support/tester.ts";
import { browserTest, openSite } from "./site.ts";

/** Texts that would run a script where a page took them for more than text; each says so by `window.harmed`. */
const HOSTILE: readonly string[] = [
  "<script>window.harmed=1</script>",
  "<img src=x onerror=window.harmed=2>",
  "<svg/onload=window.harmed=3>",
  '"><script>window.harmed=4</script>',
  "'-window.harmed=5-'",
  "javascript:window.harmed=6",
  "</textarea><img src=x onerror=window.harmed=7>",
  "</script><script>window.harmed=8</script>",
  "{{constructor.constructor('window.harmed=9')()}}",
  "${window.harmed=10}",
  '<iframe srcdoc="<script>parent.harmed=11</script>">',
  '<a href="javascript:window.harmed=12">click</a>',
  "<math><mtext></form><form><mglyph><style></math><img src onerror=window.harmed=13>",
  "\u001b]8;;javascript:window.harmed=14\u0007link\u001b]8;;\u0007",
  "\u001b[31m<img src=x onerror=window.harmed=15>\u001b[0m",
  "<style>body{display:none}</style>",
  '<meta http-equiv="refresh" content="0;url=javascript:window.harmed=16">',
  "<details open ontoggle=window.harmed=17>",
];

browserTest(
  "UI: hostile text in names, notes, owners, metadata and output is shown as text on every page",
  async () => {
    await using site = await openSite({ tags: { role: HOSTILE[1] ?? "" } });
    const { json, server } = site.carillon;
    const all = HOSTILE.join("\n");
    const id = await hostileJob(site.carillon);
    await json("POST", "/v1/jobs/hostile/pause", { note: all.slice(0, 900) });
    await json("POST", "/v1/cluster/pause", { note: HOSTILE[0] });
    await server.people.users.put("ada", { role: "viewer", scope: null, password: "correct horse" }, {
      by: HOSTILE[2] ?? "",
      from: HOSTILE[3] ?? "",
    });
    const name = HOSTILE[1] ?? "";
    await server.tokens.create({
      name,
      role: "viewer",
      scope: { jobs: [HOSTILE[4] ?? ""], metadata: {} },
      expiresAt: null,
    }, TESTER);

    const pages = [
      "",
      "jobs",
      `jobs?q=${encodeURIComponent(HOSTILE[1] ?? "")}`,
      "day",
      "queue",
      "nodes",
      "settings",
      "help",
    ];
    const access = ["tokens", "users", "secrets", "audit"].map((tab) => `access?tab=${tab}`);
    const tabs = ["summary", "runs", "timeline", "graph", "definition", "revisions"].map((tab) =>
      `jobs/hostile?tab=${tab}`
    );
    const others = [
      "jobs/hostile/edit",
      `jobs/hostile/executions/${id}`,
      `jobs/${encodeURIComponent(HOSTILE[0] ?? "")}`,
    ];
    const page = await site.open("/");
    for (const path of [...pages, ...access, ...tabs, ...others]) {
      await page.goto(site.url + path);
      await page.locator("main").first().waitFor();
      await page.locator(".mantine-Loader-root").first().waitFor({ state: "detached" });
      equal(await page.evaluate("window.harmed"), undefined, path);
      equal(await page.locator("main script, main iframe, main meta, main a[href^='javascript:']").count(), 0, path);
      ok(await page.locator("main").first().isVisible(), path);
    }
    await page.goto(`${site.url}jobs/hostile/executions/${id}`);
    await page.getByRole("log", { name: "Output" }).getByText("<svg/onload=window.harmed=3>").first().waitFor();
    await page.goto(`${site.url}access?tab=audit`);
    await page.getByText(`by ${HOSTILE[2]}`, { exact: false }).first().waitFor();
    deepEqual(site.problems, []);
  },
);

/** Runs a job that says all of it; answers its run. */
async function hostileJob({ json }: Awaited<ReturnType<typeof openSite>>["carillon"]): Promise<string> {
  const all = HOSTILE.join("\n");
  await json("POST", "/v1/jobs", {
    name: "hostile",
    displayname: HOSTILE[1],
    owner: HOSTILE.join(" "),
    owner_email: "a@example.com",
    schedule: "@every 1h",
    metadata: Object.fromEntries(HOSTILE.map((text, i) => [`key${i} ${HOSTILE[0]}`, text])),
    target: "one",
    executor: "shell",
    executor_config: { command: "cat", shell: true, env: `A=${HOSTILE[0]}` },
  });
  await json("POST", "/v1/jobs", {
    name: "hostile",
    displayname: HOSTILE[4],
    owner: HOSTILE.join(" "),
    schedule: "@every 1h",
    metadata: { key: all },
    target: "one",
    executor: "shell",
    executor_config: { command: `cat <<'EOF'\n${all}\nEOF\nexit 1`, shell: true },
  });
  await json("POST", "/v1/jobs/hostile/run");
  return await eventually(async () => {
    const [run] = await json<{ id: string; state: string }[]>("GET", "/v1/jobs/hostile/executions");
    return run?.state === "failed" && run.id;
  }, { withinMs: 20_000 });
}
