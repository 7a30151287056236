import { type Execution, hasStarted, isEnded } from "../../src/model/mod.ts";
import type { AppDeps } from "../deps.ts";
import { type ExecutionAnswer, executionAnswer, outputText, type ShownOutput } from "../wire/execution_answer.ts";

/** How much of each output a list shows when it is not told: as much as Dkron keeps. */
export const LIST_OUTPUT_BYTES = 256_000;

/** An execution with at most the last `limitBytes` of its output. */
export async function showExecution(
  deps: AppDeps,
  execution: Execution,
  limitBytes: number,
): Promise<ExecutionAnswer> {
  return executionAnswer(execution, await shownOutput(deps, execution, limitBytes));
}

/** A list of executions, one after another, so that only one long output is in memory beside the answer. */
export async function showExecutions(
  deps: AppDeps,
  executions: readonly Execution[],
  limitBytes: number,
): Promise<ExecutionAnswer[]> {
  const shown: ExecutionAnswer[] = [];
  for (const execution of executions) shown.push(await showExecution(deps, execution, limitBytes));
  return shown;
}

async function shownOutput(deps: AppDeps, execution: Execution, limitBytes: number): Promise<ShownOutput> {
  const truncated = isEnded(execution) && execution.output.truncated;
  if (!hasStarted(execution)) return { text: "", truncated };
  if (isEnded(execution) && execution.output.sizeBytes === 0) return { text: "", truncated };
  if (limitBytes === 0) return { text: "", truncated: true };
  const bytes = isEnded(execution) && execution.output.inline !== null
    ? Uint8Array.fromBase64(execution.output.inline)
    : await deps.outputs.whole(execution);
  return { text: outputText(bytes, limitBytes), truncated: truncated || bytes.length > limitBytes };
}
