import type { z } from "zod";
import {
  NEW_TOKEN_HEADER,
  type PollAnswer,
  pollAnswerSchema,
  type PollRequest,
  PROTOCOL_VERSION,
  type Registered,
  registeredSchema,
  type RegisterRequest,
  type ReportAnswer,
  reportAnswerSchema,
  type ReportRequest,
} from "../model/mod.ts";
import { unreachable } from "../../routes/wire/error_answer.ts";
import { type ClientOptions, readBody, strictFetch } from "./fetch.ts";

/** What an agent says to a server. Each call throws a CarillonError: the server's, or `unavailable`. */
export interface AgentClient {
  register(request: RegisterRequest, signal?: AbortSignal): Promise<Registered>;
  poll(request: PollRequest, signal?: AbortSignal): Promise<PollAnswer>;
  report(request: ReportRequest, signal?: AbortSignal): Promise<ReportAnswer>;
  leave(node: string, incarnation: string, signal?: AbortSignal): Promise<void>;
}

/** The tokens of a node: one to join with, and its own once a server has given it one. */
export interface NodeTokens {
  readonly join: string | null;
  own: string | null;
  /** Called with the node's own token, so that it outlives this process. */
  keep(own: string): Promise<void>;
}

/** An agent's client. Plain fetches: the agent routes are few and their schemas are the protocol's own. */
export function createAgentClient(options: ClientOptions & { tokens?: NodeTokens }): AgentClient {
  const { tokens } = options;
  const fetch = strictFetch(options);
  const root = `${options.baseUrl.replace(/\/+$/, "")}/agent/v1`;
  const headers = { "content-type": "application/json", "carillon-protocol": String(PROTOCOL_VERSION) };

  const call = async (
    verb: string,
    body: unknown,
    signal?: AbortSignal,
    token = tokens?.own ?? tokens?.join,
  ): Promise<unknown> => {
    const init = { method: "POST", headers: withToken(headers, token), body: JSON.stringify(body), signal };
    const answer = await fetch(`${root}/${verb}`, init);
    await keep(answer.headers.get(NEW_TOKEN_HEADER));
    return await readBody<unknown>(options.baseUrl, answer);
  };
  const keep = async (own: string | null | undefined) => {
    if (!tokens || !own) return;
    tokens.own = own;
    await tokens.keep(own);
  };
  const parse = <Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> => {
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data;
    throw unreachable(options.baseUrl, parsed.error);
  };

  return {
    register: async (request, signal) => {
      // The join token first: with it a node may have changed its tags, or a cluster may be a new one.
      const answer = await call("register", request, signal, tokens?.join ?? tokens?.own);
      const registered = parse(registeredSchema, answer);
      await keep(registered.token);
      return registered;
    },
    poll: async (request, signal) => parse(pollAnswerSchema, await call("poll", request, signal)),
    report: async (request, signal) => parse(reportAnswerSchema, await call("report", request, signal)),
    leave: async (node, incarnation, signal) => void await call("leave", { node, incarnation }, signal),
  };
}

function withToken(headers: Record<string, string>, token: string | null | undefined): Record<string, string> {
  return token ? { ...headers, authorization: `Bearer ${token}` } : headers;
}
