import { OpenAPIHono } from "@hono/zod-openapi";
import { CarillonError } from "../src/runtime/mod.ts";
import { agentRoutes } from "./agent/mod.ts";
import { type ApiDocument, apiDocumentOf } from "./api_document.ts";
import type { AppDeps } from "./deps.ts";
import { docsPage } from "./docs_page.ts";
import { healthRoutes } from "./health.ts";
import type { HttpEdge } from "./http_edge.ts";
import { edge } from "./middleware/edge.ts";
import { errorHandler, refusal } from "./middleware/error_handler.ts";
import { streamGuard } from "./middleware/stream_guard.ts";
import { apiGuard, jobGuard } from "./middleware/token_guard.ts";
import { PAGE_HEADERS, pageRoutes } from "./pages.ts";
import { v1Routes } from "./v1/mod.ts";

export type * from "./deps.ts";

const METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

/** Prometheus' text format. */
const METRICS_HEADERS = { "content-type": "text/plain; version=0.0.4; charset=utf-8" };

/** The HTTP edge: every route of the API, of agents and of pages, over the services it is handed. */
export function createApp(deps: AppDeps) {
  const app = new OpenAPIHono<HttpEdge>({
    strict: false,
    defaultHook: (result) => {
      if (!result.success) throw result.error;
    },
  });
  app.use(edge({ nodeName: deps.cluster.nodeName, loopbackOnly: deps.loopbackOnly }));
  app.onError(errorHandler(deps.log));
  app.notFound((context) =>
    refusal(context, new CarillonError("not_found", `Cannot find ${context.req.method} ${context.req.path}`))
  );
  app.options("*", (context) => context.body(null, 204, { allow: METHODS }));
  app.use("/v1/*", apiGuard(deps));
  app.use("/metrics", apiGuard(deps));
  if (deps.asksTokens) app.use("/v1/*", streamGuard(deps));
  app.use("/v1/jobs/:job/*", jobGuard(deps));
  app.route("/agent/v1", agentRoutes(deps));
  app.route("/", pageRoutes());
  let document: ApiDocument | undefined;
  const documented = () => document ??= apiDocumentOf(app, deps.cluster.version);
  app.get("/openapi.json", (context) => context.json(documented()));
  app.get("/metrics", async (context) => context.text(await deps.metrics.text(), 200, METRICS_HEADERS));
  app.get("/docs", (context) => context.html(docsPage(documented()), 200, PAGE_HEADERS));
  return app.route("/v1", v1Routes(deps)).route("/", healthRoutes(deps));
}

/** The type of the app, for the typed client. */
export type AppType = ReturnType<typeof createApp>;
