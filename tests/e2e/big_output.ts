import { eventually } from "../support/eventually.ts";
import { longTasks, watchLongTasks } from "./long_tasks.ts";
import type { Site } from "./site.ts";

/** Pieces of output, and lines in each: about 100 MB in all. */
const PIECES = 1_600;
const LINES = 660;

/** A line as programs write them, with a colour. */
const LINE = `2026-11-27T12:00:00Z INFO \u001b[32mok\u001b[0m ${"x".repeat(60)}`;

/** Milliseconds between two pieces. */
const EACH_MS = 5;

/**
 * What the page of a run does with 100 MB of output, as it comes, is searched and scrolled. The output is sent in the place of
 * the server's: that would drop what comes faster than it can be stored.
 */
export async function* bigOutputFigures(site: Site): AsyncIterable<string> {
  const { json } = site.carillon;
  const config = { shell: true, command: "sleep 600" };
  await json("POST", "/v1/jobs", { name: "big", schedule: "@manually", executor: "shell", executor_config: config });
  await json("POST", "/v1/jobs/big/run");
  const running = await eventually(async () =>
    (await json<{ id: string }[]>("GET", "/v1/jobs/big/executions?state=queued,running"))[0]
  );
  const http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => output());
  const context = await site.browser.newContext({ viewport: { width: 1280, height: 860 } });
  await context.route(/\/v1\/.*\/output/, (route) => route.continue({ url: `http://127.0.0.1:${http.addr.port}/` }));
  const page = await site.open(`/jobs/big/executions/${running.id}`, { context });
  await page.getByRole("heading", { level: 1 }).waitFor();
  await watchLongTasks(page);
  const began = performance.now();
  await page.getByText("the end").first().waitFor({ timeout: 240_000 });
  const took = Math.round((performance.now() - began) / 100) / 10;
  yield `100 MB of output, ${PIECES * LINES} lines, as it comes in ${took} s: ${await longTasks(page)}`;
  await page.getByPlaceholder("Search output").fill("1599 65");
  await page.getByText(/^1\/1?1$/).waitFor();
  yield `searched: ${await longTasks(page)}`;
  await page.locator(".output").first().hover();
  for (let i = 0; i < 100; i++) await page.mouse.wheel(0, i % 10 === 0 ? -500_000 : -800);
  yield `scrolled by 100 turns of the wheel: ${await longTasks(page)}`;
  await context.close();
  await http.shutdown();
  await json("POST", `/v1/jobs/big/executions/${running.id}/cancel`, {});
}

/** 100 MB as server-sent events, as fast as the page takes them, and no end. */
function output(): Response {
  let piece = 0;
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (piece > PIECES) return await new Promise(() => {});
      const lines = piece === PIECES ? ["the end"] : Array.from({ length: LINES }, (_, i) => `${piece} ${i} ${LINE}`);
      const data = lines.map((line) => `data: ${line}\n`).join("");
      controller.enqueue(encoder.encode(`id: ${piece++}\nevent: output\n${data}data: \n\n`));
      await new Promise((resolve) => setTimeout(resolve, EACH_MS));
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}
