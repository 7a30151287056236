import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { answer, queryOf } from "../answer.ts";
import type { AppDeps } from "../deps.ts";
import { type HttpEdge, json, queryFlag, refusals } from "../http_edge.ts";
import { auditAnswer, auditAnswerSchema, readAuditQuery } from "../wire/audit_answer.ts";

const listAudit = createRoute({
  method: "get",
  path: "/audit",
  summary: "List who changed what, newest first",
  description:
    "Of one ?target=, ?action= or person (?by=), ?since= a time, at most ?limit= (100); the next page begins ?before= the " +
    "last id.",
  request: {
    query: z.object({
      target: z.string().optional(),
      action: z.string().optional(),
      by: z.string().optional(),
      since: z.string().optional(),
      before: z.string().optional(),
      limit: z.string().optional(),
      pretty: queryFlag,
    }),
  },
  responses: { 200: json(z.array(auditAnswerSchema), "Records"), ...refusals },
});

/** The audit trail. */
export function auditRoutes({ audit }: AppDeps) {
  return new OpenAPIHono<HttpEdge>().openapi(listAudit, async (context) => {
    const records = await audit.list(readAuditQuery(queryOf(context)));
    return answer(context, records.map(auditAnswer), 200);
  });
}
