import { OpenAPIHono } from "@hono/zod-openapi";
import type { AppDeps } from "../deps.ts";
import type { HttpEdge } from "../http_edge.ts";
import { auditRoutes } from "./audit.ts";
import { clusterRoutes } from "./cluster.ts";
import { clusterPauseRoutes } from "./cluster_pause.ts";
import { eventRoutes } from "./events.ts";
import { executionRoutes } from "./executions.ts";
import { jobActionRoutes } from "./job_actions.ts";
import { jobRoutes } from "./jobs.ts";
import { outputRoutes } from "./output.ts";
import { planRoutes } from "./plan.ts";
import { queueRoutes } from "./queue.ts";
import { restoreRoutes } from "./restore.ts";
import { revisionRoutes } from "./revisions.ts";
import { scheduleRoutes } from "./schedules.ts";
import { oidcRoutes } from "./oidc.ts";
import { sessionRoutes } from "./session.ts";
import { secretRoutes } from "./secrets.ts";
import { timelineRoutes } from "./timeline.ts";
import { tokenRoutes } from "./tokens.ts";
import { userRoutes } from "./users.ts";

/** The API below `/v1`: Dkron's paths, and Carillon's own beside them. */
export function v1Routes(deps: AppDeps) {
  return new OpenAPIHono<HttpEdge>()
    .route("/", jobRoutes(deps))
    .route("/", jobActionRoutes(deps))
    .route("/", executionRoutes(deps))
    .route("/", outputRoutes(deps))
    .route("/", scheduleRoutes(deps))
    .route("/", restoreRoutes(deps))
    .route("/", tokenRoutes(deps))
    .route("/", sessionRoutes(deps))
    .route("/", oidcRoutes(deps))
    .route("/", userRoutes(deps))
    .route("/", secretRoutes(deps))
    .route("/", revisionRoutes(deps))
    .route("/", auditRoutes(deps))
    .route("/", timelineRoutes(deps))
    .route("/", eventRoutes(deps))
    .route("/", queueRoutes(deps))
    .route("/", planRoutes(deps))
    .route("/", clusterPauseRoutes(deps))
    .route("/", clusterRoutes(deps));
}
