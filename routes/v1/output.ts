import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { z } from "zod";
import { type Execution, hasStarted } from "../../src/model/mod.ts";
import { CarillonError, invalid } from "../../src/runtime/mod.ts";
import { isSet } from "../answer.ts";
import type { AppDeps } from "../deps.ts";
import {
  headerParameter,
  type HttpEdge,
  pathParameters,
  queryFlags,
  refusals,
  serverSentEvents,
} from "../http_edge.ts";
import { LIVE } from "../middleware/stream_guard.ts";
import { eventStream, plainStream } from "./output_stream.ts";

const HEADERS = { "cache-control": "no-store" } as const;

const readOutput = createRoute({
  method: "get",
  path: "/jobs/{job}/executions/{execution}/output",
  summary: "Read an execution's output, as it stands or live",
  description:
    "With ?follow=true server-sent events (output, output64, skipped, end), or with Accept: text/plain the " +
    "bytes as they come.",
  parameters: [
    ...pathParameters("job", "execution"),
    ...queryFlags("follow"),
    headerParameter("Last-Event-ID", "The last event seen: the stream goes on after it"),
  ],
  responses: {
    200: {
      description: "The output",
      content: { "text/plain": { schema: z.string() }, ...serverSentEvents },
    },
    ...refusals,
  },
});

/** Output: whole, or live. */
export function outputRoutes(deps: AppDeps) {
  return new OpenAPIHono<HttpEdge>().openapi(readOutput, async (context) => {
    const { job, execution: id } = context.req.param();
    const execution = await deps.views.execution(job, id);
    if (!execution) throw new CarillonError("not_found", `Cannot find execution "${id}" of job "${job}"`);
    if (isSet(context, "follow")) return follow(context, deps, execution);
    const bytes = hasStarted(execution) ? await deps.outputs.whole(execution) : new Uint8Array();
    return new Response(new Uint8Array(bytes), {
      headers: { ...HEADERS, "content-type": "text/plain; charset=utf-8" },
    });
  });
}

function follow(context: Context, deps: AppDeps, execution: Execution): Response {
  const from = readLastEvent(context) + 1;
  const events = (signal: AbortSignal) => deps.outputs.follow(execution, from, signal);
  const plain = context.req.header("accept")?.includes("text/plain") ?? false;
  const stream = plain ? plainStream(deps.sleep, events) : eventStream(deps.sleep, events);
  const type = plain ? "text/plain; charset=utf-8" : "text/event-stream";
  return context.body(stream, 200, { ...HEADERS, ...LIVE, "content-type": type });
}

/** The number after `Last-Event-ID`; -1 without one, so that the stream begins at 0. */
function readLastEvent(context: Context): number {
  const text = context.req.header("last-event-id") ?? "";
  if (text === "") return -1;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw invalid('Cannot read Last-Event-ID: it is not the "id" of an event');
}
