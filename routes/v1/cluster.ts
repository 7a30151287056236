import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { isAssigned } from "../../src/model/mod.ts";
import { CarillonError, messageOf } from "../../src/runtime/mod.ts";
import { answer, queryOf } from "../answer.ts";
import { actorOf } from "../caller.ts";
import type { AppDeps, Member } from "../deps.ts";
import { type HttpEdge, json, pathParameters, queryFlags, refusals } from "../http_edge.ts";
import { nodeAnswerSchema, pausedAnswerSchema, statsAnswer, statsAnswerSchema } from "../wire/cluster_answer.ts";
import {
  leaderAnswer,
  leaderAnswerSchema,
  memberAnswer,
  memberAnswerSchema,
  memberTags,
} from "../wire/member_answer.ts";
import { readCount } from "../wire/query.ts";

const showNode = createRoute({
  method: "get",
  path: "/",
  summary: "Show this node",
  responses: { 200: json(nodeAnswerSchema, "This node and a count of members"), ...refusals },
});

const listMembers = createRoute({
  method: "get",
  path: "/members",
  summary: "List nodes",
  parameters: queryFlags("pretty"),
  responses: { 200: json(z.array(memberAnswerSchema), "Nodes"), ...refusals },
});

const drainNode = createRoute({
  method: "post",
  path: "/members/{name}/drain",
  summary: "Let a node take no more work and hand back what it has not begun",
  parameters: pathParameters("name"),
  responses: { 200: json(memberAnswerSchema, "The node"), ...refusals },
});

const undrainNode = createRoute({
  ...drainNode,
  path: "/members/{name}/undrain",
  summary: "Let a node take work again",
});

const declareDead = createRoute({
  ...drainNode,
  path: "/members/{name}/declare-dead",
  summary: "Say that a silent node is dead: what it had is over, and frees its places",
});

const showLeader = createRoute({
  method: "get",
  path: "/leader",
  summary: "Show the node that leads",
  responses: { 200: json(leaderAnswerSchema, "The leader; 503 when there is none now"), ...refusals },
});

const askLeader = createRoute({
  method: "get",
  path: "/isleader",
  summary: "Ask whether this node leads",
  responses: { ...refusals, 200: json(z.string(), "It does"), 404: json(z.string(), "It does not") },
});

const leave = createRoute({
  method: "post",
  path: "/leave",
  summary: "Stop this node",
  responses: { 200: json(z.object({}), "It stops"), ...refusals },
});

const showPaused = createRoute({
  method: "get",
  path: "/pause",
  summary: "Ask whether new jobs are refused",
  responses: { 200: json(pausedAnswerSchema, "Whether they are, cluster-wide"), ...refusals },
});

const pause = createRoute({ ...showPaused, method: "post", path: "/pause", summary: "Refuse new jobs" });
const unpause = createRoute({ ...showPaused, method: "post", path: "/unpause", summary: "Accept new jobs again" });

const showStats = createRoute({
  method: "get",
  path: "/stats",
  summary: "Count what ended well and badly on each of the last days",
  parameters: queryFlags("days"),
  responses: { 200: json(statsAnswerSchema, "A row for each UTC day, oldest first"), ...refusals },
});

/** This node and its cluster. */
export function clusterRoutes(deps: AppDeps) {
  const { cluster } = deps;
  /** Nodes with what they have and when they were heard of. */
  const asNow = async (members: readonly Member[]) => {
    const busy = (await deps.views.busy()).filter(isAssigned);
    const running = Map.groupBy(busy, ({ node }) => node);
    return members.map(({ silentMs, ...member }) =>
      memberAnswer({
        ...member,
        running: running.get(member.node.name)?.length ?? 0,
        lastSeenAt: silentMs === null ? member.node.silentSince ?? null : deps.now() - silentMs,
      })
    );
  };
  return new OpenAPIHono<HttpEdge>()
    .openapi(showNode, async (context) => {
      const nodes = await cluster.nodes();
      const count = (state: string) => String(nodes.filter((member) => member.state === state).length);
      const self = nodes.find(({ node }) => node.name === cluster.nodeName);
      const body = {
        agent: { name: cluster.nodeName, version: cluster.version },
        serf: { members: String(nodes.length), failed: count("failed"), left: count("left") },
        tags: self ? memberTags(self.node) : {},
        timezone: deps.defaultTimezone,
      };
      return answer(context, body, 200);
    })
    .openapi(listMembers, async (context) => {
      const nodes = await cluster.nodes();
      return answer(context, await asNow(nodes), 200, { "x-total-count": String(nodes.length) });
    })
    .openapi(drainNode, async (context) => {
      const [member] = await asNow([await cluster.drain(context.req.param("name"), true, actorOf(context))]);
      return answer(context, member, 200);
    })
    .openapi(undrainNode, async (context) => {
      const [member] = await asNow([await cluster.drain(context.req.param("name"), false, actorOf(context))]);
      return answer(context, member, 200);
    })
    .openapi(declareDead, async (context) => {
      const [member] = await asNow([await cluster.declareDead(context.req.param("name"), actorOf(context))]);
      return answer(context, member, 200);
    })
    .openapi(showLeader, async (context) => {
      const [name, nodes] = await Promise.all([cluster.leader(), cluster.nodes()]);
      const leader = nodes.find(({ node }) => node.name === name);
      if (!leader) throw new CarillonError("unavailable", "Cannot show the leader: there is none now");
      return answer(context, leaderAnswer(leader), 200);
    })
    .openapi(askLeader, async (context) => {
      const leads = await cluster.leader() === cluster.nodeName;
      return leads ? answer(context, "I am a leader", 200) : answer(context, "I am a follower", 404);
    })
    .openapi(leave, (context) => {
      cluster.leave(actorOf(context)).catch((thrown) =>
        deps.log.error(`Cannot leave: ${messageOf(thrown)}`, { error: thrown })
      );
      return answer(context, {}, 200);
    })
    .openapi(showPaused, async (context) => answer(context, { paused: await deps.jobs.newJobsRefused() }, 200))
    .openapi(pause, async (context) => {
      await deps.jobs.refuseNewJobs(true, actorOf(context));
      return answer(context, { paused: true }, 200);
    })
    .openapi(unpause, async (context) => {
      await deps.jobs.refuseNewJobs(false, actorOf(context));
      return answer(context, { paused: false }, 200);
    })
    .openapi(showStats, async (context) => {
      const days = readCount(queryOf(context).get("days"), 30, 365);
      return answer(context, statsAnswer(await deps.views.days(days)), 200);
    });
}
