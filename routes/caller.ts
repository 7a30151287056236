import type { Context } from "hono";
import type { Caller } from "../src/auth/mod.ts";
import { type Actor, isInScope, type JobDefinition, parentsOf } from "../src/model/mod.ts";
import { CarillonError } from "../src/runtime/mod.ts";
import type { AppDeps } from "./deps.ts";
import type { HttpEdge } from "./http_edge.ts";

/** Who calls, as the guard of the API has noted. */
export function callerOf(context: Context): Caller {
  return context.get("caller");
}

/** Who calls and from where, as changes are recorded. */
export function actorOf(context: Context): Actor {
  return { by: callerOf(context).name, from: addressOf(context) };
}

/** Where a call came from; empty for one from inside the process. */
export function addressOf(context: Context<HttpEdge>): string {
  const address = context.env?.remoteAddr;
  return address && "hostname" in address ? address.hostname : "";
}

/** Throws `forbidden` unless a definition, the job that it replaces and those it waits for are the caller's business. */
export async function admitDefinition(context: Context, deps: AppDeps, definition: JobDefinition): Promise<void> {
  const { name, scope } = callerOf(context);
  if (scope === null) return;
  const wanted = [definition.name, ...parentsOf(definition).map(({ job }) => job)];
  const stored = await Promise.all(wanted.map((each) => deps.views.job(each)));
  const touched = [definition, ...stored.flatMap((view) => view ? [view.job.definition] : [])];
  const beyond = touched.find((each) => !isInScope(scope, each));
  if (beyond === undefined) return;
  throw new CarillonError(
    "forbidden",
    `Cannot store job "${definition.name}": "${name}"'s token is not for job "${beyond.name}" as it is there`,
  );
}
