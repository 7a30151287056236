import { type Context, Hono } from "hono";
import { z } from "zod";
import {
  pollRequestSchema,
  PROTOCOL_VERSION,
  registerRequestSchema,
  reportRequestSchema,
} from "../../src/model/mod.ts";
import { invalid } from "../../src/runtime/mod.ts";
import { answer } from "../answer.ts";
import type { AppDeps } from "../deps.ts";
import type { HttpEdge } from "../http_edge.ts";
import { MAX_AGENT_BYTES, readJson } from "../read_body.ts";

/** This version and the one before, where there was one. */
const ACCEPTED = [PROTOCOL_VERSION, PROTOCOL_VERSION - 1].filter((version) => version > 0).map(String);

const leaveRequestSchema = z.object({ node: z.string(), incarnation: z.string() });

/** What agents call. Plain routes: the agents' own client is the only one, and polls are the hottest path of all. */
export function agentRoutes(deps: AppDeps) {
  const { agents } = deps;
  return new Hono<HttpEdge>()
    .use(async (context, next) => {
      const version = context.req.header("carillon-protocol");
      if (version === undefined || !ACCEPTED.includes(version)) {
        throw invalid(`Cannot speak protocol "${version ?? ""}": this server speaks ${ACCEPTED.join(" and ")}`);
      }
      await next();
    })
    .post("/poll", async (context) => {
      const request = pollRequestSchema.parse(await readJson(context, MAX_AGENT_BYTES));
      return answer(context, await agents.poll(request, context.req.raw.signal), 200);
    })
    .post("/report", async (context) => {
      const request = reportRequestSchema.parse(await readJson(context, MAX_AGENT_BYTES));
      return answer(context, await agents.report(request), 200);
    })
    .post("/register", async (context) => {
      const request = registerRequestSchema.parse(await readJson(context, MAX_AGENT_BYTES));
      return answer(context, await agents.register(request, addressOf(context)), 200);
    })
    .post("/leave", async (context) => {
      const { node, incarnation } = leaveRequestSchema.parse(await readJson(context, MAX_AGENT_BYTES));
      await agents.leave(node, incarnation);
      return answer(context, {}, 200);
    });
}

/** Where a call came from; empty for one from inside the process. */
function addressOf(context: Context<HttpEdge>): string {
  const address = context.env?.remoteAddr;
  return address && "hostname" in address ? address.hostname : "";
}
