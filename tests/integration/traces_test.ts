import { deepEqual, equal, match, ok } from "node:assert/strict";
import { createClient } from "../../src/client/mod.ts";
import { CarillonProcess, WITHIN } from "../support/carillon_process.ts";
import { eventually } from "../support/eventually.ts";
import { OtlpReceiver, type ReceivedSpan } from "../support/otlp_receiver.ts";

/** A server and an agent on hosts of their own, as far as traces tell, and what their jobs call. */
async function tracedFleet() {
  const dir = await Deno.makeTempDir({ prefix: "carillon-traces-" });
  const receiver = new OtlpReceiver();
  const server = await CarillonProcess.server(`${dir}/server`, 0, receiver.environment("server"));
  const join = ["start", "--join", server.url, "--node-name", "agent", "--data-dir", `${dir}/agent`];
  const agent = new CarillonProcess(join, receiver.environment("agent"));
  const called: (string | null)[] = [];
  const target = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ headers }) => {
    called.push(headers.get("traceparent"));
    return new Response("busy", { status: 503 });
  });
  const client = createClient({ baseUrl: server.url, fetch });
  const close = async () => {
    await agent[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await Promise.all([receiver[Symbol.asyncDispose](), target.shutdown()]);
    await Deno.remove(dir, { recursive: true });
  };
  return { receiver, client, called, url: `http://127.0.0.1:${target.addr.port}/`, [Symbol.asyncDispose]: close };
}

/** The spans of a job's first trace, by their names, once these are there: each process tells of its own when it likes. */
function traceOf({ spans }: OtlpReceiver, job: string, names: string[]): Promise<Record<string, ReceivedSpan>> {
  return eventually(() => {
    const { traceId } = spans.find((span) => span.attributes["carillon.job"] === job) ?? {};
    const own = spans.filter((span) => span.traceId === traceId);
    const trace = Object.fromEntries(own.map((span) => [span.name, span]));
    return names.every((name) => name in trace) ? trace : undefined;
  }, WITHIN);
}

/** A span as it is seen in a tree: whose it is, and what it is under. */
function placeOf(span: ReceivedSpan | undefined, all: Record<string, ReceivedSpan>): [string?, string?] {
  const above = Object.values(all).find(({ spanId }) => spanId === span?.parentSpanId);
  return [span?.service, above?.name];
}

Deno.test("a run is one trace, from the call that asked for it over its agent to what it calls and its stored end", async () => {
  await using fleet = await tracedFleet();
  const { client, receiver, called, url } = fleet;
  const child = { schedule: "@manually", executor: "shell", executor_config: { command: "true" } };
  const job = { name: "call", schedule: "@manually", executor: "http", executor_config: { method: "GET", url } };
  await client.apply(job, { strict: true });
  await client.apply({ name: "child", ...child, depends_on: [{ job: "call", on: "failure" }] }, { strict: true });
  await client.run("call", { wait: true, force: false });
  const request = "POST /v1/jobs/:job/run";
  const trace = await traceOf(receiver, "call", [
    request,
    "start call",
    "wait call",
    "run call",
    "GET",
    "finish call",
    "finish child",
  ]);

  deepEqual(placeOf(trace[request], trace), ["server", undefined]);
  deepEqual(placeOf(trace["start call"], trace), ["server", request]);
  for (const name of ["wait call", "finish call"]) deepEqual(placeOf(trace[name], trace), ["server", "start call"]);
  deepEqual(placeOf(trace["run call"], trace), ["agent", "start call"]);
  deepEqual(placeOf(trace["start child"], trace), ["server", "start call"]);
  deepEqual(placeOf(trace["finish child"], trace), ["server", "start child"]);
  deepEqual(placeOf(trace.GET, trace), ["agent", "run call"]);
  deepEqual(called, [`00-${trace.GET?.traceId}-${trace.GET?.spanId}-01`]);
  const { attributes, status } = trace["finish call"] ?? {};
  equal(attributes?.["carillon.state"], "failed");
  equal(attributes?.["carillon.node"], "agent");
  equal(status?.code, 2);
  match(status?.message ?? "", /503/);
  equal(trace["run call"]?.attributes["carillon.execution"], attributes?.["carillon.execution"]);
});

Deno.test("a due time begins a trace, retries are in it, and a command is told what it runs under", async () => {
  await using fleet = await tracedFleet();
  const { client, receiver } = fleet;
  await client.apply({
    name: "due",
    schedule: "@every 1s",
    executor: "shell",
    executor_config: { shell: true, command: "echo $TRACEPARENT; exit 3" },
    retry: { attempts: 1, delay: "0s" },
  }, { strict: true });
  const trace = await traceOf(receiver, "due", ["fire due", "wait due", "run due", "finish due"]);
  deepEqual(placeOf(trace["fire due"], trace), ["server", undefined]);
  deepEqual(placeOf(trace["run due"], trace), ["agent", "fire due"]);
  ok(BigInt(trace["fire due"]?.startTimeUnixNano ?? 0) % 1_000_000n === 0n);
  const { traceId } = trace["fire due"] ?? {};
  const attempts = await eventually(() => {
    const runs = receiver.spans.filter((span) => span.traceId === traceId && span.name === "run due");
    return runs.length === 2 ? runs : undefined;
  }, WITHIN);
  deepEqual(attempts.map(({ attributes }) => attributes["carillon.attempt"]).sort(), ["1", "2"]);
  deepEqual(attempts.map(({ attributes }) => attributes["carillon.exit_code"]), ["3", "3"]);
  const { executions } = await client.executions("due", { output: "true", _order: "ASC" });
  equal(executions[0]?.output, `00-${traceId}-${attempts[0]?.spanId}-01\n`);
});
