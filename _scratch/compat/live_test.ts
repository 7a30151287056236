import { openApp } from "./open_app.ts";
import { eventually } from "../support/eventually.ts";
import { readExecutions, send, shellJob, store } from "./requests.ts";
Deno.test("live", async () => {
  await using app = await openApp();
  await store(app, shellJob("live", { executor_config: { shell: "true", command: "for i in 1 2 3; do echo line $i; sleep 0.7; done; printf '\\377x'; echo err >&2; exit 4" } }));
  await (await send(app, "POST", "/v1/jobs/live/run")).body?.cancel();
  const ex = await eventually(async () => (await readExecutions(await app.request("/v1/jobs/live/executions")))[0]);
  const t = performance.now();
  const a = app.request(`/v1/jobs/live/executions/${ex.id}/output?follow=true`);
  const b = app.request(`/v1/jobs/live/executions/${ex.id}/output?follow=true`, { headers: { accept: "text/plain" } });
  const gone = new AbortController();
  const c = await app.request(`/v1/jobs/live/executions/${ex.id}/output?follow=true`, { signal: gone.signal });
  const reader = c.body!.getReader(); await reader.read(); gone.abort();
  for (const [n, r] of [["sse", await a], ["plain", await b]] as const) {
    for await (const chunk of r.body!) console.log(n, Math.round(performance.now() - t), JSON.stringify(new TextDecoder().decode(chunk)));
  }
  console.log(await (await app.request(`/v1/jobs/live/executions/${ex.id}?pretty`)).text());
  console.log(await (await app.request(`/v1/jobs/live/executions/${ex.id}/output`)).text());
});
