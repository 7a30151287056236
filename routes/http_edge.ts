import { z } from "zod";
import type { Caller, KnownToken } from "../src/auth/mod.ts";
import { errorAnswerSchema } from "./wire/error_answer.ts";

/** What the HTTP server tells beside a request; nothing for calls inside the process. */
export interface HttpEdge {
  Bindings: {
    remoteAddr?: Deno.Addr;
    /** The call is this process's own agent's: it needs no token. Never set for a call that came by a socket. */
    ownAgent?: boolean;
    /** Whether the connection showed a certificate of the authority that agents are to be of. */
    isCertified?: boolean;
  };
  Variables: {
    /** Who calls the API; absent on what is open to everyone. */
    caller?: Caller;
    /** Whose token an agent's call came with, where tokens are asked for. */
    holder?: KnownToken;
  };
}

/** A JSON answer in a route's list of responses. */
export function json<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { "application/json": { schema } } } as const;
}

const refused = {
  description: "Refused: code, message, and an issue for each bad field",
  content: { "application/json": { schema: errorAnswerSchema } },
};

/**
 * Every route's answer to what it refuses: in the document, but not in the routes' types, as the typed client throws
 * it and never returns it.
 */
export const refusals: object = { "4XX": refused };

/** Server-sent events (HTML Living Standard, 9.2) in a route's list of responses: what each of them holds. */
export const serverSentEvents = {
  "text/event-stream": {
    schema: z.object({ id: z.string().optional(), event: z.string().optional(), data: z.string() }),
  },
} as const;

/** A body that is read as JSON, whatever its content type. */
export function anyBody(schema: z.ZodType) {
  return { body: { content: { "*/*": { schema } }, required: true } } as const;
}

/** A flag of a query: set by being there, unless it says `false` or `0`. */
export const queryFlag = z.string().optional();

/** A parameter as the API's document describes it; matching it costs no validation. */
export type Parameter = {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  schema: { type: "string" };
  description?: string;
};

/** Parameters of a path. */
export function pathParameters(...names: string[]): Parameter[] {
  return names.map((name) => ({ name, in: "path", required: true, schema: { type: "string" } }));
}

/** Flags of a query: set by being there. */
export function queryFlags(...names: string[]): Parameter[] {
  return names.map((name) => ({ name, in: "query", required: false, schema: { type: "string" } }));
}

/** A header that a request may carry. */
export function headerParameter(name: string, description: string): Parameter {
  return { name, in: "header", required: false, schema: { type: "string" }, description };
}
