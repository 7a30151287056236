import { deepEqual, equal, ok } from "node:assert/strict";
import parsePrometheus from "parse-prometheus-text-format";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { type Carillon, startCarillon } from "../support/carillon.ts";
import { eventually } from "../support/eventually.ts";
import { TESTER } from "../support/tester.ts";

const valueSchema = z.object({
  value: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  count: z.string().optional(),
  buckets: z.record(z.string(), z.string()).optional(),
});
const familiesSchema = z.array(
  z.object({ name: z.string(), help: z.string(), type: z.string(), metrics: z.array(valueSchema) }),
);

/** What a parser of Prometheus' format makes of the answer. */
async function scrape(carillon: Carillon) {
  const answer = await carillon.request("/metrics");
  equal(answer.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const text = await answer.text();
  const families = familiesSchema.parse(parsePrometheus(text));
  const of = (name: string) => families.find((family) => family.name === `carillon_${name}`)?.metrics ?? [];
  return {
    text,
    families,
    count: (name: string) => Number(of(name)[0]?.count ?? 0),
    value(name: string, labels: Record<string, string> = {}): number | undefined {
      const found = of(name).find((each) =>
        Object.entries(labels).every(([label, value]) => each.labels?.[label] === value)
      );
      return found?.value === undefined ? undefined : Number(found.value);
    },
  };
}

const job = { executor: "shell", executor_config: { command: "true" }, target: "one" };

Deno.test("/metrics tells of runs, delays, skips, queue, nodes, leader and store", async () => {
  await using carillon = await startCarillon();
  const { json } = carillon;
  await json("POST", "/v1/jobs", { name: "good", schedule: "@every 1s", ...job });
  await json("POST", "/v1/jobs", { name: "bad", schedule: "@manually", ...job, executor_config: { command: "false" } });
  const slow = { shell: true, command: "sleep 60" };
  await json("POST", "/v1/jobs", {
    name: "slow",
    schedule: "@every 1s",
    concurrency: "forbid",
    ...job,
    executor_config: slow,
  });
  await json("POST", "/v1/jobs", { name: "homeless", schedule: "@manually", ...job, tags: { role: "nobody" } });
  await json("POST", "/v1/jobs/bad/run?wait=true");
  await json("POST", "/v1/jobs/homeless/run");
  await eventually(async () => {
    const { value, count } = await scrape(carillon);
    return (value("runs_ended_total", { state: "success" }) ?? 0) >= 1 && count("start_delay_seconds") >= 1 &&
      (value("times_refused_total", { reason: "overlap" }) ?? 0) >= 2 && value("leader") === 1;
  }, { withinMs: 15_000 });
  const { families, text, value } = await scrape(carillon);
  deepEqual([value("runs_ended_total", { state: "failed" }), value("jobs"), value("servers")], [1, 4, 1]);
  deepEqual([value("nodes", { state: "alive" }), value("nodes", { state: "silent" })], [1, 0]);
  ok((value("queued") ?? 0) >= 1 && (value("queue_oldest_seconds") ?? 0) > 0);
  ok((value("term") ?? 0) >= 1 && (value("resident_memory_bytes") ?? 0) > 1e6 && value("clock_off_seconds") === 0);
  const calls = [...text.matchAll(/carillon_store_seconds_count\{operation="(\w+)"\} [1-9]/g)].map(([, operation]) =>
    operation
  );
  deepEqual(calls.sort(), ["commit", "list", "read"]);
  for (const { name, help } of families) ok(/^carillon_[a-z_]+$/.test(name) && help !== "", name);
  const [run] = await json<{ id: string; state: string }[]>("GET", "/v1/busy");
  await json("POST", "/v1/jobs/slow/toggle");
  await json("POST", `/v1/jobs/slow/executions/${run?.id}/cancel`, {});
});

Deno.test("/metrics asks for a viewer's token that is of all jobs", async () => {
  await using carillon = await startCarillon({ asksTokens: true, agent: false });
  const { tokens } = carillon.server;
  const scope = { jobs: ["a"], metadata: {} };
  const limited = await tokens.create({ name: "a", role: "viewer", scope, expiresAt: null }, TESTER);
  const viewer = await tokens.create({ name: "b", role: "viewer", scope: null, expiresAt: null }, TESTER);
  const statusOf = async (token: string) => {
    const answer = await carillon.request("/metrics", { headers: { authorization: `Bearer ${token}` } });
    await answer.body?.cancel();
    return answer.status;
  };
  deepEqual([await statusOf(""), await statusOf(limited), await statusOf(viewer)], [401, 403, 200]);
});

Deno.test("the document, the alert rules and the dashboard name the metrics that there are", async () => {
  await using carillon = await startCarillon({ agent: false });
  const there = new Set((await scrape(carillon)).families.map(({ name }) => name));
  const textOf = (path: string) => Deno.readTextFile(new URL(`../../docs/${path}`, import.meta.url));
  const namedIn = (text: string) =>
    new Set((text.match(/carillon_[a-z_]+/g) ?? []).map((name) => name.replace(/_bucket$/, "")));
  const [document, alerts, dashboard] = await Promise.all(
    ["metrics.md", "alerts.yml", "grafana/carillon.json"].map(textOf),
  );
  deepEqual(namedIn(document ?? ""), there);
  for (const text of [alerts ?? "", dashboard ?? ""]) deepEqual(namedIn(text).difference(there), new Set());
  const rules = z.object({
    groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })),
  });
  ok((rules.parse(parseYaml(alerts ?? "")).groups[0]?.rules.length ?? 0) >= 10);
  ok(JSON.parse(dashboard ?? "").panels.length >= 10);
});
