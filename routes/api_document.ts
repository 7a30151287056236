import type { OpenAPIHono } from "@hono/zod-openapi";
import { ACCESS, type Rule } from "./access.ts";
import type { HttpEdge } from "./http_edge.ts";

/** A parameter of an operation, as far as the page shows it. */
export interface DocumentedParameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
}

/** A schema, as far as the page shows it. */
export interface DocumentedSchema {
  type?: string | string[];
  properties?: Record<string, DocumentedSchema>;
  items?: DocumentedSchema;
  enum?: unknown[];
  required?: string[];
}

/** An operation of the API's document, as far as the page shows it. */
export interface DocumentedOperation {
  summary?: string;
  description?: string;
  parameters?: DocumentedParameter[];
  requestBody?: { content: Record<string, { schema?: DocumentedSchema }> };
  responses: Record<string, { description: string }>;
  security?: Record<string, string[]>[];
  "x-carillon-role"?: Rule["role"];
}

/** The API's document. */
export interface ApiDocument {
  openapi: string;
  info: { title: string; version: string; description?: string };
  paths: Record<string, Record<string, DocumentedOperation>>;
}

/** The API's OpenAPI 3.1 document, made of the routes, with what each asks of who calls it. */
export function apiDocumentOf(app: OpenAPIHono<HttpEdge>, version: string): ApiDocument {
  app.openAPIRegistry.registerComponent("securitySchemes", "token", { type: "http", scheme: "bearer" });
  const description = "Cron for a fleet; speaks Dkron's API. Beyond loopback each call carries a token.";
  const made = app.getOpenAPI31Document({ openapi: "3.1.0", info: { title: "Carillon", version, description } });
  const document: ApiDocument = JSON.parse(JSON.stringify(made));
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const route = path.length > 1 ? path.replace(/\/$/, "") : path;
      const rule = ACCESS[`${method.toUpperCase()} ${route.replace(/\{(\w+)\}/g, ":$1")}`];
      if (!rule) continue;
      operation.security = rule.role === "public" ? [] : [{ token: [] }];
      operation["x-carillon-role"] = rule.role;
    }
  }
  return document;
}
