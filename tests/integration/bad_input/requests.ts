import fc from "fast-check";
import { junk, mutated, oneBadField, rawBody, VALID_JOB } from "./junk.ts";

/** Stands in a request for what only the running server knows. */
export const EXECUTION = "an-execution", UID = "a-uid";

/** A request to send. */
export interface BadRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | Uint8Array<ArrayBuffer> | FormData | undefined;
  /** The one field of a job that was changed, when nothing else is bad. */
  field: string | null;
}

const NODE = { node: "fuzz", incarnation: "i1" };
const RESULT = {
  execution: EXECUTION,
  uid: UID,
  state: "failed",
  exitCode: 1,
  reason: "no",
  startedAfterMs: 1,
  finishedAfterMs: 2,
  output: { sizeBytes: 2, truncated: false, inline: "aGk=" },
};

/** What agents send, as it should be. */
export const AGENT_BODIES = {
  poll: { ...NODE, freeSlots: 2, held: [{ execution: EXECUTION, startedAfterMs: 1 }], waitMs: 0 },
  report: {
    ...NODE,
    started: [{ execution: EXECUTION, startedAfterMs: 1 }],
    chunks: [{ execution: EXECUTION, uid: UID, n: 0, data: "aGk=", skippedBytes: 0, live: false }],
    results: [RESULT],
    returned: [{ execution: EXECUTION, uid: UID, claimedAt: 1 }],
  },
  register: {
    name: "fuzz",
    id: "id1",
    incarnation: "i1",
    tags: { role: "web" },
    slots: 2,
    executors: ["shell"],
    version: "1",
    server: false,
    results: [RESULT],
  },
  leave: { node: "other", incarnation: "i1" },
};

const jsonText = (body: fc.Arbitrary<unknown>) => body.map((value) => JSON.stringify(value) ?? "");
const jobText = jsonText(fc.oneof(oneBadField.map(({ body }) => body), mutated(VALID_JOB)));
const junkText = jsonText(junk);

const restoreBody = jsonText(fc.oneof(fc.array(mutated(VALID_JOB), { maxLength: 3 }), junk)).map((text) => {
  const form = new FormData();
  form.set("file", text);
  return form;
});

/** The bodies of each route. A route of the app that stands not here fails the test: write its line. */
export const BODIES: Readonly<Record<string, fc.Arbitrary<BadRequest["body"]>>> = {
  "GET /": fc.constant(undefined),
  "GET /ui/*": fc.constant(undefined),
  "GET /ui/assets/:file": fc.constant(undefined),
  "GET /ui/ui.css": fc.constant(undefined),
  "GET /metrics": fc.constant(undefined),
  "GET /docs": fc.constant(undefined),
  "GET /openapi.json": fc.constant(undefined),
  "GET /health": fc.constant(undefined),
  "GET /ready": fc.constant(undefined),
  "OPTIONS /*": junkText,
  "POST /agent/v1/poll": jsonText(mutated(AGENT_BODIES.poll)),
  "POST /agent/v1/report": jsonText(mutated(AGENT_BODIES.report)),
  "POST /agent/v1/register": jsonText(mutated(AGENT_BODIES.register)),
  "POST /agent/v1/leave": jsonText(mutated(AGENT_BODIES.leave)),
  "GET /v1": fc.constant(undefined),
  "GET /v1/queue": fc.constant(undefined),
  "GET /v1/session": fc.constant(undefined),
  "POST /v1/session": jsonText(mutated({ user: "fuzz", password: "fuzz" })),
  "DELETE /v1/session": junkText,
  "GET /v1/session/oidc": fc.constant(undefined),
  "GET /v1/session/oidc/callback": fc.constant(undefined),
  "GET /v1/users": fc.constant(undefined),
  "PUT /v1/users/:user": jsonText(mutated({ password: "a long password", role: "viewer", jobs: ["a*"] })),
  "DELETE /v1/users/:user": junkText,
  "GET /v1/plan": fc.constant(undefined),
  "GET /v1/members": fc.constant(undefined),
  "POST /v1/members/:name/drain": junkText,
  "POST /v1/members/:name/declare-dead": junkText,
  "POST /v1/members/:name/undrain": junkText,
  "GET /v1/events": fc.constant(undefined),
  "GET /v1/audit": fc.constant(undefined),
  "GET /v1/jobs/:job/timeline": fc.constant(undefined),
  "GET /v1/jobs/:job/revisions": fc.constant(undefined),
  "GET /v1/jobs/:job/revisions/:revision": fc.constant(undefined),
  "POST /v1/jobs/:job/revisions/:revision/restore": junkText,
  "GET /v1/whoami": fc.constant(undefined),
  "GET /v1/tokens": fc.constant(undefined),
  "POST /v1/tokens": jsonText(
    mutated({ name: "t", role: "editor", jobs: ["a-*"], metadata: { a: "b" }, expires_in: "9d" }),
  ),
  "DELETE /v1/tokens/:token": fc.constant(undefined),
  "POST /v1/join-tokens": jsonText(mutated({ tags: { a: "*" }, once: true, expires_in: "1h" })),
  "GET /v1/secrets": fc.constant(undefined),
  "PUT /v1/secrets/:name": jsonText(mutated({ value: "v", jobs: ["a-*"], selectors: [{ role: "web" }] })),
  "DELETE /v1/secrets/:name": fc.constant(undefined),
  "POST /v1/secrets/rotate": junkText,
  "GET /v1/leader": fc.constant(undefined),
  "GET /v1/isleader": fc.constant(undefined),
  "POST /v1/leave": junkText,
  "GET /v1/pause": fc.constant(undefined),
  "POST /v1/pause": junkText,
  "POST /v1/unpause": junkText,
  "GET /v1/cluster/pause": fc.constant(undefined),
  "POST /v1/cluster/pause": jsonText(mutated({ policy: "last", note: "n", to: "2999-01-01T00:00:00Z" })),
  "POST /v1/cluster/unpause": junkText,
  "GET /v1/stats": fc.constant(undefined),
  "GET /v1/busy": fc.constant(undefined),
  "GET /v1/schedules/preview": fc.constant(undefined),
  "POST /v1/restore": restoreBody,
  "GET /v1/jobs": fc.constant(undefined),
  "POST /v1/jobs": jobText,
  "PATCH /v1/jobs": jobText,
  "GET /v1/jobs/:job": fc.constant(undefined),
  "PUT /v1/jobs/:job": jobText,
  "DELETE /v1/jobs/:job": fc.constant(undefined),
  "POST /v1/jobs/:job": junkText,
  "POST /v1/jobs/:job/run": junkText,
  "POST /v1/jobs/:job/toggle": junkText,
  "POST /v1/jobs/:job/pause": jsonText(mutated({ policy: "last", note: "n" })),
  "POST /v1/jobs/:job/unpause": junkText,
  "GET /v1/jobs/:job/gaps": fc.constant(undefined),
  "GET /v1/jobs/:job/executions": fc.constant(undefined),
  "DELETE /v1/jobs/:job/executions": fc.constant(undefined),
  "GET /v1/jobs/:job/executions/:execution": fc.constant(undefined),
  "POST /v1/jobs/:job/executions/:execution/cancel": jsonText(mutated({ reason: "r" })),
  "GET /v1/jobs/:job/executions/:execution/output": fc.constant(undefined),
};

const PART = fc.oneof(
  fc.constantFrom("good", "good", "good", "nope", "..", "%2e%2e", "%00", "%ff", "%", "constructor", "__proto__"),
  fc.constantFrom("a".repeat(10_000), "%F0%9F%A6%80", "%ed%a0%80", "a%2Fb", "a%5cb", ";", "", "good%00", "-1"),
);
const executionPart = fc.oneof(fc.constant(EXECUTION), PART);

const QUERY_NAMES = ["_sort", "_order", "_start", "_end", "q", "metadata[a]", "metadata[__proto__]", "status"];
const MORE_NAMES = ["disabled", "state", "output_size_limit", "days", "n", "schedule", "timezone", "name", "wait"];
const FLAGS = ["force", "strict", "runoncreate", "cancel", "pretty", "follow", "__proto__"];
const query = fc.array(
  fc.tuple(
    fc.constantFrom(...QUERY_NAMES, ...MORE_NAMES, ...FLAGS),
    fc.constantFrom("", "-1", "NaN", "1e9", "99999999999999999999", "true", "@daily", "%", "%ff", "\u0000", "🦀", "id"),
  ).map(([name, value]) => `${encodeURIComponent(name)}=${value.startsWith("%") ? value : encodeURIComponent(value)}`),
  { maxLength: 4 },
).map((pairs) => pairs.length === 0 ? "" : `?${pairs.join("&")}`);

const HEADERS: [name: string, value: string][] = [
  ["if-match", '"x"'],
  ["if-match", '"'.repeat(9_999)],
  ["if-match", "W/".repeat(5_000)],
  ["if-match", "*"],
  ["idempotency-key", "k".repeat(10_000)],
  ["idempotency-key", "k1"],
  ["idempotency-key", "\u00e4 b"],
  ["host", "evil.example"],
  ["host", "127.0.0.1:99999999"],
  ["origin", "null"],
  ["origin", "http://evil.example"],
  ["sec-fetch-site", "cross-site"],
  ["content-type", "application/x-www-form-urlencoded"],
  ["content-type", "multipart/form-data"],
  ["content-type", "text/html; charset=utf-16"],
  ["last-event-id", "-1"],
  ["last-event-id", "9".repeat(15)],
  ["last-event-id", "x"],
  ["accept", "text/plain"],
  ["accept", "text/html"],
  ["carillon-protocol", "999"],
  ["carillon-protocol", ""],
];
const headers = fc.array(fc.constantFrom(...HEADERS), { maxLength: 2 }).map((pairs) => Object.fromEntries(pairs));

/** A request to a route (`POST /v1/jobs`) with anything bad about it. */
function requestTo(route: string, bodies: fc.Arbitrary<BadRequest["body"]>): fc.Arbitrary<BadRequest> {
  const [method = "", template = ""] = route.split(" ");
  const mayHaveBody = method !== "GET";
  return fc.record({
    job: PART,
    execution: executionPart,
    search: fc.oneof({ arbitrary: fc.constant(""), weight: 2 }, { arbitrary: query, weight: 1 }),
    extra: fc.oneof({ arbitrary: fc.constant<Record<string, string>>({}), weight: 2 }, {
      arbitrary: headers,
      weight: 1,
    }),
    body: mayHaveBody ? fc.oneof({ arbitrary: bodies, weight: 5 }, { arbitrary: rawBody, weight: 1 }) : bodies,
  }).map(({ job, execution, search, extra, body }) => ({
    method,
    path: template.replace(":job", job).replace(":execution", execution).replace("*", "v1/jobs") + search,
    headers: { ...(template.startsWith("/agent") ? { "carillon-protocol": "1" } : {}), ...extra },
    body,
    field: null,
  }));
}

const oneFieldRequest: fc.Arbitrary<BadRequest> = oneBadField.map(({ field, body }) => ({
  method: "POST",
  path: "/v1/jobs",
  headers: {},
  body: JSON.stringify(body),
  field,
}));

/** Any bad request, jobs with one bad field among them more often. */
export const badRequest: fc.Arbitrary<BadRequest> = fc.oneof(
  { arbitrary: oneFieldRequest, weight: 1 },
  { arbitrary: fc.oneof(...Object.entries(BODIES).map(([route, bodies]) => requestTo(route, bodies))), weight: 3 },
);
