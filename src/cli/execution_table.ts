import type { ExecutionReport } from "../../routes/wire/read_answer.ts";
import { formatDuration } from "../runtime/mod.ts";
import { moment } from "./moment.ts";
import { stateCell, table } from "./table.ts";

/** Executions for people to read. */
export function executionTable(executions: readonly ExecutionReport[], nowMs: number, colours: boolean): string {
  const rows = executions.map((execution) => [
    execution.id,
    stateCell(execution.state),
    execution.node || "-",
    execution.trigger,
    moment(execution.startedAt, nowMs),
    tookOf(execution, nowMs),
    execution.exitCode === null ? "-" : String(execution.exitCode),
    reasonOf(execution),
  ]);
  return table(["ID", "STATE", "NODE", "TRIGGER", "STARTED", "TOOK", "EXIT", "REASON"], rows, colours);
}

/** What became of a run that was called lost after all stands beside why. */
function reasonOf({ reason, lateState }: ExecutionReport): string {
  return lateState === null ? reason ?? "" : `${reason ?? ""} (heard of later: ${lateState})`;
}

function tookOf({ startedAt, finishedAt }: ExecutionReport, nowMs: number): string {
  if (startedAt === null) return "-";
  const tookMs = Math.max(0, (finishedAt ?? nowMs) - startedAt);
  return formatDuration(tookMs < 10_000 ? tookMs : Math.round(tookMs / 1000) * 1000);
}
