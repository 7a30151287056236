import { type Execution, isInScope, type Scope } from "../../src/model/mod.ts";
import type { AppDeps } from "../deps.ts";

/** The executions of those jobs alone that are in a scope. */
export async function inScope(
  deps: Pick<AppDeps, "views">,
  scope: Scope | null,
  executions: readonly Execution[],
): Promise<readonly Execution[]> {
  if (scope === null) return executions;
  const views = await Promise.all([...new Set(executions.map(({ jobName }) => jobName))].map(deps.views.job));
  const shown = new Set(views.flatMap((view) => view && isInScope(scope, view.job.definition) ? [view.job.uid] : []));
  return executions.filter(({ uid }) => shown.has(uid));
}
