import { type Context, Hono } from "hono";
import {
  NEW_TOKEN_HEADER,
  pollRequestSchema,
  PROTOCOL_VERSION,
  registerRequestSchema,
  reportRequestSchema,
  speakerSchema,
} from "../../src/model/mod.ts";
import { admitCall, admitNode } from "../../src/auth/mod.ts";
import { CarillonError } from "../../src/runtime/mod.ts";
import { answer } from "../answer.ts";
import { addressOf } from "../caller.ts";
import type { AppDeps } from "../deps.ts";
import type { HttpEdge } from "../http_edge.ts";
import { agentGuard } from "../middleware/token_guard.ts";
import { MAX_AGENT_BYTES, readJson } from "../read_body.ts";

/** This version and the one before, where there was one. */
const ACCEPTED = [PROTOCOL_VERSION, PROTOCOL_VERSION - 1].filter((version) => version > 0).map(String);

/** What agents call. Plain routes: the agents' own client is the only one, and polls are the hottest path of all. */
export function agentRoutes(deps: AppDeps) {
  const { agents } = deps;
  return new Hono<HttpEdge>()
    .use(async (context, next) => {
      const version = context.req.header("carillon-protocol");
      if (version === undefined || !ACCEPTED.includes(version)) {
        deps.log.warn("Cannot speak with an agent of another protocol version", {
          agent: addressOf(context),
          version: version ?? "none",
          accepted: ACCEPTED.join(),
        });
        throw refuseProtocol(version ?? "none", deps.cluster.version);
      }
      await next();
    })
    .use(agentGuard(deps))
    .post("/poll", async (context) => {
      const request = pollRequestSchema.parse(await readJson(context, MAX_AGENT_BYTES));
      checkSpeaker(context, request.node);
      const holder = context.get("holder");
      const token = holder && await deps.tokens.renewed(holder);
      const polled = await agents.poll(request, context.req.raw.signal);
      return answer(context, polled, 200, token ? { [NEW_TOKEN_HEADER]: token } : {});
    })
    .post("/report", async (context) => {
      const request = reportRequestSchema.parse(await readJson(context, MAX_AGENT_BYTES));
      checkSpeaker(context, request.node);
      return answer(context, await agents.report(request), 200);
    })
    .post("/register", async (context) => {
      const request = registerRequestSchema.parse(await readJson(context, MAX_AGENT_BYTES));
      const holder = context.get("holder");
      if (holder) admitNode(holder.token, request);
      const node = await agents.register(request, addressOf(context), context.req.raw.signal);
      const token = holder?.token.kind === "join" ? await deps.tokens.createForNode(node, holder) : undefined;
      return answer(context, { ...node, token }, 200);
    })
    .post("/leave", async (context) => {
      const { node, incarnation } = speakerSchema.parse(await readJson(context, MAX_AGENT_BYTES));
      checkSpeaker(context, node);
      await agents.leave(node, incarnation);
      return answer(context, {}, 200);
    });
}

/** A node speaks for itself alone. */
function checkSpeaker(context: Context<HttpEdge>, node: string): void {
  const holder = context.get("holder");
  if (holder) admitCall(holder.token, node);
}

/** No `invalid`: an agent does not send again what is invalid, and here nothing of what it sends is at fault. */
function refuseProtocol(version: string, serverVersion: string): CarillonError {
  const spoken = ACCEPTED.join(" and ");
  return new CarillonError(
    "forbidden",
    `Cannot speak agent protocol "${version}": this server, Carillon ${serverVersion}, speaks ${spoken}; ` +
      "start a version of the agent that speaks it",
  );
}
