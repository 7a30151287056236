import type { Role } from "../src/model/mod.ts";

/** What a route asks of who calls it. */
export interface Rule {
  /** The least role; `public`: no token at all. */
  role: Role | "public";
  /**
   * What a token that is limited to some jobs may do there: `job` what it is about, when that is one of them; `own` all, as
   * the answer tells of those jobs alone, or of none; nothing where this is absent.
   */
  limited?: "job" | "own";
}

/**
 * Who may do what: the rule of each route, by method and path. A route that has none is closed to everyone; agents' paths
 * have rules of their own (`src/auth/admission.ts`).
 */
export const ACCESS: Readonly<Record<string, Rule>> = {
  "OPTIONS /*": { role: "public" },
  "GET /": { role: "public" },
  "GET /health": { role: "public" },
  "GET /ready": { role: "public" },
  "GET /openapi.json": { role: "public" },
  "GET /docs": { role: "public" },
  "GET /ui/*": { role: "public" },
  "GET /ui/assets/:file": { role: "public" },
  "GET /ui/ui.css": { role: "public" },

  "GET /v1/session": { role: "public" },
  "POST /v1/session": { role: "public" },
  "GET /v1/session/oidc": { role: "public" },
  "GET /v1/session/oidc/callback": { role: "public" },

  "GET /metrics": { role: "viewer" },

  "GET /v1": { role: "viewer", limited: "own" },
  "GET /v1/jobs": { role: "viewer", limited: "own" },
  "GET /v1/jobs/:job": { role: "viewer", limited: "job" },
  "GET /v1/jobs/:job/executions": { role: "viewer", limited: "job" },
  "GET /v1/jobs/:job/executions/:execution": { role: "viewer", limited: "job" },
  "GET /v1/jobs/:job/executions/:execution/output": { role: "viewer", limited: "job" },
  "GET /v1/jobs/:job/gaps": { role: "viewer", limited: "job" },
  "GET /v1/jobs/:job/timeline": { role: "viewer", limited: "job" },
  "GET /v1/jobs/:job/revisions": { role: "viewer", limited: "job" },
  "GET /v1/jobs/:job/revisions/:revision": { role: "viewer", limited: "job" },
  "GET /v1/events": { role: "viewer", limited: "own" },
  "GET /v1/plan": { role: "viewer", limited: "own" },
  "GET /v1/queue": { role: "viewer", limited: "own" },
  "GET /v1/busy": { role: "viewer", limited: "own" },
  "GET /v1/schedules/preview": { role: "viewer", limited: "own" },
  "GET /v1/members": { role: "viewer", limited: "own" },
  "GET /v1/leader": { role: "viewer", limited: "own" },
  "GET /v1/isleader": { role: "viewer", limited: "own" },
  "GET /v1/pause": { role: "viewer", limited: "own" },
  "GET /v1/cluster/pause": { role: "viewer", limited: "own" },
  "GET /v1/stats": { role: "viewer" },
  "GET /v1/whoami": { role: "viewer", limited: "own" },
  "DELETE /v1/session": { role: "viewer", limited: "own" },

  "POST /v1/jobs/:job": { role: "operator", limited: "job" },
  "POST /v1/jobs/:job/run": { role: "operator", limited: "job" },
  "POST /v1/jobs/:job/toggle": { role: "operator", limited: "job" },
  "POST /v1/jobs/:job/pause": { role: "operator", limited: "job" },
  "POST /v1/jobs/:job/unpause": { role: "operator", limited: "job" },
  "POST /v1/jobs/:job/executions/:execution/cancel": { role: "operator", limited: "job" },

  // The job that is stored is looked at by the route: it stands in the body.
  "POST /v1/jobs": { role: "editor", limited: "own" },
  "PATCH /v1/jobs": { role: "editor", limited: "own" },
  "PUT /v1/jobs/:job": { role: "editor", limited: "own" },
  "DELETE /v1/jobs/:job": { role: "editor", limited: "job" },
  "DELETE /v1/jobs/:job/executions": { role: "editor", limited: "job" },
  "POST /v1/jobs/:job/revisions/:revision/restore": { role: "editor", limited: "job" },
  "POST /v1/restore": { role: "editor" },

  "POST /v1/members/:name/drain": { role: "admin" },
  "POST /v1/members/:name/undrain": { role: "admin" },
  "POST /v1/members/:name/declare-dead": { role: "admin" },
  "POST /v1/leave": { role: "admin" },
  "POST /v1/pause": { role: "admin" },
  "POST /v1/unpause": { role: "admin" },
  "POST /v1/cluster/pause": { role: "admin" },
  "POST /v1/cluster/unpause": { role: "admin" },
  "GET /v1/audit": { role: "admin" },
  "GET /v1/tokens": { role: "admin" },
  "POST /v1/tokens": { role: "admin" },
  "DELETE /v1/tokens/:token": { role: "admin" },
  "GET /v1/users": { role: "admin" },
  "PUT /v1/users/:user": { role: "admin" },
  "DELETE /v1/users/:user": { role: "admin" },
  "POST /v1/join-tokens": { role: "admin" },
  "GET /v1/secrets": { role: "admin" },
  "PUT /v1/secrets/:name": { role: "admin" },
  "DELETE /v1/secrets/:name": { role: "admin" },
  "POST /v1/secrets/rotate": { role: "admin" },
};
