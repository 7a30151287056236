import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import type { EventBatch } from "../../src/events/mod.ts";
import { invalid } from "../../src/runtime/mod.ts";
import { queryOf } from "../answer.ts";
import { callerOf } from "../caller.ts";
import type { AppDeps } from "../deps.ts";
import { headerParameter, type HttpEdge, refusals, serverSentEvents } from "../http_edge.ts";
import { LIVE } from "../middleware/stream_guard.ts";
import { eventBatchText, readEventFilter } from "../wire/event_answer.ts";
import { liveStream } from "./live_stream.ts";

const followEvents = createRoute({
  method: "get",
  path: "/events",
  summary: "Follow what happens to jobs, executions and nodes",
  description:
    "Server-sent events: `events` holds a JSON array, at most four times a second; `reset` says that some were missed, so " +
    "that what is shown must be read again. ?kind=job,execution,node and ?job= narrow it.",
  parameters: [
    headerParameter("Last-Event-ID", "The last event seen: the stream goes on after it, or begins with a reset"),
  ],
  request: { query: z.object({ kind: z.string().optional(), job: z.string().optional() }) },
  responses: {
    200: { description: "Events as they come", content: serverSentEvents },
    ...refusals,
  },
});

/** Batches as they are sent: many who look on are shown the same one. */
const sent = new WeakMap<readonly unknown[], Uint8Array>();

function bytesOf(batch: EventBatch): Uint8Array {
  const known = batch.kind === "events" ? sent.get(batch.events) : undefined;
  if (known !== undefined) return known;
  const bytes = new TextEncoder().encode(eventBatchText(batch));
  if (batch.kind === "events") sent.set(batch.events, bytes);
  return bytes;
}

/** What happens, live. */
export function eventRoutes({ events, sleep }: AppDeps) {
  return new OpenAPIHono<HttpEdge>().openapi(followEvents, (context) => {
    const filter = readEventFilter(queryOf(context));
    const last = context.req.header("last-event-id") || null;
    if (last !== null && last.length > 100) throw invalid('Cannot read Last-Event-ID: it is not the "id" of an event');
    const { scope } = callerOf(context);
    const stream = liveStream(sleep, (signal) => events.follow(last, filter, scope, signal), bytesOf);
    return context.body(stream, 200, { ...LIVE, "content-type": "text/event-stream" });
  });
}
