import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { answer } from "../answer.ts";
import { actorOf } from "../caller.ts";
import type { AppDeps } from "../deps.ts";
import { anyBody, type HttpEdge, json, pathParameters, refusals } from "../http_edge.ts";
import { readJson } from "../read_body.ts";
import { readUserBody, userAnswer, userAnswerSchema, userBodySchema, userName } from "../wire/session_answer.ts";

/** Largest body of a user, in bytes. */
const MAX_BYTES = 65_536;

const listUsers = createRoute({
  method: "get",
  path: "/users",
  summary: "List who may sign in with a password",
  responses: { 200: json(z.array(userAnswerSchema), "Users, by name"), ...refusals },
});

const putUser = createRoute({
  method: "put",
  path: "/users/{user}",
  summary: "Create or change a user; without a password in the body it stays as it is",
  parameters: pathParameters("user"),
  request: anyBody(userBodySchema),
  responses: { 200: json(userAnswerSchema, "The user"), ...refusals },
});

const deleteUser = createRoute({
  method: "delete",
  path: "/users/{user}",
  summary: "Delete a user, who is signed in no more",
  parameters: pathParameters("user"),
  responses: { 200: json(userAnswerSchema, "The user that was"), ...refusals },
});

/** People who sign in with a password. */
export function userRoutes({ users }: AppDeps) {
  return new OpenAPIHono<HttpEdge>()
    .openapi(listUsers, async (context) => answer(context, (await users.all()).map(userAnswer), 200))
    .openapi(putUser, async (context) => {
      const name = userName.parse(context.req.param("user"));
      const wanted = readUserBody(await readJson(context, MAX_BYTES));
      return answer(context, userAnswer({ name, user: await users.put(name, wanted, actorOf(context)) }), 200);
    })
    .openapi(deleteUser, async (context) => {
      const name = context.req.param("user");
      return answer(context, userAnswer({ name, user: await users.remove(name, actorOf(context)) }), 200);
    });
}
