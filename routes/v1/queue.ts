import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import type { Waiting } from "../../src/model/mod.ts";
import { answer, queryOf } from "../answer.ts";
import { callerOf } from "../caller.ts";
import type { AppDeps } from "../deps.ts";
import { type HttpEdge, json, queryFlag, refusals } from "../http_edge.ts";
import { readQueueQuery, waitingAnswer, waitingAnswerSchema } from "../wire/queue_answer.ts";
import { inScope } from "./in_scope.ts";

const showQueue = createRoute({
  method: "get",
  path: "/queue",
  summary: "List what waits, and for what",
  description: "Oldest first, at most ?limit= (200), of one ?job=; X-Carillon-More: true when there may be more.",
  request: { query: z.object({ job: z.string().optional(), limit: z.string().optional(), pretty: queryFlag }) },
  responses: { 200: json(z.array(waitingAnswerSchema), "Executions that wait"), ...refusals },
});

/** What waits for its time, for a pause to end, at a gate, for a node or for a free slot. */
export function queueRoutes(deps: AppDeps) {
  return new OpenAPIHono<HttpEdge>().openapi(showQueue, async (context) => {
    const { waiting, isCut } = await deps.queue.of(readQueueQuery(queryOf(context)));
    const { scope } = callerOf(context);
    const shown = new Set(await inScope(deps, scope, waiting.map(({ execution }) => execution)));
    const rows = waiting.filter(({ execution }) => shown.has(execution));
    const headers: Record<string, string> = isCut ? { "x-carillon-more": "true" } : {};
    return answer(context, (scope === null ? rows : rows.map(withoutHolders)).map(waitingAnswer), 200, headers);
  });
}

/** A token that is limited to some jobs is not told of others that have the place. */
function withoutHolders({ execution, waitsFor }: Waiting): Waiting {
  return { execution, waitsFor: waitsFor.kind === "gate" ? { kind: "gate", holders: [] } : waitsFor };
}
