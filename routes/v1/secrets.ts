import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { answer } from "../answer.ts";
import { actorOf } from "../caller.ts";
import type { AppDeps } from "../deps.ts";
import { anyBody, type HttpEdge, json, pathParameters, queryFlags, refusals } from "../http_edge.ts";
import { MAX_BODY_BYTES, readJson } from "../read_body.ts";
import {
  rotationAnswerSchema,
  secretAnswer,
  secretAnswerSchema,
  secretBodySchema,
  secretNameSchema,
} from "../wire/secret_answer.ts";

const listSecrets = createRoute({
  method: "get",
  path: "/secrets",
  summary: "List secrets: their names and who may use them, never their values",
  parameters: queryFlags("pretty"),
  responses: { 200: json(z.array(secretAnswerSchema), "Secrets, by name"), ...refusals },
});

const putSecret = createRoute({
  method: "put",
  path: "/secrets/{name}",
  summary: "Keep a secret, in place of one of the name; what says who may use it stays where it is left out",
  parameters: pathParameters("name"),
  request: anyBody(secretBodySchema),
  responses: { 200: json(secretAnswerSchema, "The secret, without its value"), ...refusals },
});

const deleteSecret = createRoute({
  method: "delete",
  path: "/secrets/{name}",
  summary: "Forget a secret",
  parameters: pathParameters("name"),
  responses: { 200: json(secretAnswerSchema, "The secret that was, without its value"), ...refusals },
});

const rotateSecrets = createRoute({
  method: "post",
  path: "/secrets/rotate",
  summary: "Encrypt all secrets with the first key of the server that answers",
  responses: { 200: json(rotationAnswerSchema, "What was encrypted anew, and what could not be read"), ...refusals },
});

/** Secrets: kept, listed, forgotten, never shown. */
export function secretRoutes({ secrets }: AppDeps) {
  return new OpenAPIHono<HttpEdge>()
    .openapi(listSecrets, async (context) => {
      const all = await secrets.all();
      return answer(context, all.map(secretAnswer), 200, { "x-total-count": String(all.length) });
    })
    .openapi(putSecret, async (context) => {
      const { name } = secretNameSchema.parse(context.req.param());
      const wanted = secretBodySchema.parse(await readJson(context, MAX_BODY_BYTES));
      return answer(context, secretAnswer(await secrets.put(name, wanted, actorOf(context))), 200);
    })
    .openapi(deleteSecret, async (context) => {
      const { name } = secretNameSchema.parse(context.req.param());
      return answer(context, secretAnswer(await secrets.remove(name, actorOf(context))), 200);
    })
    .openapi(rotateSecrets, async (context) => {
      const { rotated, unreadable } = await secrets.rotate(actorOf(context));
      return answer(context, { rotated, unreadable: unreadable.map(secretAnswer) }, 200);
    });
}
