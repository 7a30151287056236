import { z } from "zod";
import type { ExecutionQuery, JobQuery, JobSort, Scope } from "../../src/model/mod.ts";
import { invalid } from "../../src/runtime/mod.ts";
import { STATES_ON_WIRE, statesOf } from "./execution_answer.ts";

const optional = z.string().optional();

/** Query of a list of jobs, for the API's document and its typed client; `metadata[key]=value` and `tags[key]=value` may repeat beside it. */
export const jobListQuery = z.object({
  _sort: optional,
  _order: optional,
  _start: optional,
  _end: optional,
  q: optional,
  status: optional,
  disabled: optional,
  paused: optional,
  executor: optional,
  pretty: optional,
});

/** Query of a list of executions, for the API's document and its typed client. */
export const executionListQuery = z.object({
  _sort: optional,
  _order: optional,
  _start: optional,
  _end: optional,
  output_size_limit: optional,
  state: optional,
  pretty: optional,
});

const JOB_SORT = new Map<string, JobSort>([
  ["id", "name"],
  ["name", "name"],
  ["displayname", "displayName"],
  ["schedule", "schedule"],
  ["success_count", "successCount"],
  ["error_count", "errorCount"],
  ["last_success", "lastSuccess"],
  ["last_error", "lastError"],
  ["next", "next"],
  ["status", "status"],
  ["owner", "owner"],
  ["disabled", "disabled"],
  ["executor", "executor"],
]);

const EXECUTION_SORT = new Map<string, ExecutionQuery["sort"]>([
  ["id", "id"],
  ["started_at", "startedAt"],
  ["finished_at", "finishedAt"],
  ["attempt", "attempt"],
]);

/** What a list of the jobs in a scope asks for; null when its filter fits no job. Throws `invalid`. */
export function readJobQuery(query: URLSearchParams, scope: Scope | null): JobQuery | null {
  const [disabled, paused] = [query.get("disabled") ?? "", query.get("paused") ?? ""];
  if ([disabled, paused].some((text) => !["", "true", "false"].includes(text))) return null;
  return {
    scope,
    metadata: readPairs(query, "metadata"),
    tags: readPairs(query, "tags"),
    text: query.get("q") ?? "",
    status: query.get("status") || null,
    disabled: disabled === "" ? null : disabled === "true",
    paused: paused === "" ? null : paused === "true",
    executor: query.get("executor") || null,
    sort: readSort(query, JOB_SORT, "name"),
    descending: query.get("_order") === "DESC",
    ...readSlice(query),
  };
}

/** What a list of executions asks for: newest first unless `_order` says otherwise. Throws `invalid`. */
export function readExecutionQuery(query: URLSearchParams): ExecutionQuery {
  return {
    states: readStates(query),
    sort: readSort(query, EXECUTION_SORT, "id"),
    descending: (query.get("_order") ?? "DESC") === "DESC",
    ...readSlice(query),
  };
}

/** The last N bytes of output that a list shows of each execution; null for no limit. */
export function readOutputLimit(query: URLSearchParams): number | null {
  const limit = readInteger(query.get("output_size_limit") ?? "");
  return limit === undefined || limit < 0 ? null : limit;
}

/** A count from a query, within its bounds; `fallback` for anything that is no positive integer. */
export function readCount(text: string | null, fallback: number, most: number): number {
  const count = readInteger(text ?? "") ?? 0;
  return count <= 0 ? fallback : Math.min(count, most);
}

/** `of[key]=value`, which may repeat. */
function readPairs(query: URLSearchParams, of: "metadata" | "tags"): Record<string, string> {
  const pairs = [...query].flatMap(([name, value]) => {
    const key = name.startsWith(`${of}[`) ? /^[a-z]+\[(.+)\]$/.exec(name)?.[1] : undefined;
    return key === undefined ? [] : [[key, value] as const];
  });
  return Object.fromEntries(pairs);
}

function readSort<Sort>(query: URLSearchParams, sorts: ReadonlyMap<string, Sort>, fallback: Sort): Sort {
  const name = query.get("_sort");
  if (name === null) return fallback;
  const sort = sorts.get(name);
  if (sort !== undefined) return sort;
  const known = [...sorts.keys()].join(", ");
  throw invalid(`Cannot sort by ${JSON.stringify(name)}: known are ${known}`, [
    { path: "_sort", message: `is none of ${known}` },
  ]);
}

/** `_start` and `_end`; as in Dkron, what is no number is 0. */
function readSlice(query: URLSearchParams): { start: number; end: number | null } {
  const start = readInteger(query.get("_start") ?? "") ?? 0;
  const endText = query.get("_end") ?? "";
  const end = endText === "" ? null : readInteger(endText) ?? 0;
  if (start < 0) throw outside("_start", "is negative");
  if (end !== null && end < 0) throw outside("_end", "is negative");
  if (end !== null && end < start) throw outside("_end", "is before _start");
  return { start, end };
}

function outside(path: string, message: string) {
  return invalid(`Cannot list: ${path} ${message}`, [{ path, message }]);
}

function readInteger(text: string): number | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

function readStates(query: URLSearchParams): ExecutionQuery["states"] {
  const names = query.getAll("state").flatMap((text) => text.split(",")).filter((name) => name !== "");
  if (names.length === 0) return null;
  return names.flatMap((name) => {
    const state = STATES_ON_WIRE.find((each) => each === name);
    if (state !== undefined) return statesOf(state);
    const known = STATES_ON_WIRE.join(", ");
    throw invalid(`Cannot list executions in state ${JSON.stringify(name)}: known are ${known}`, [
      { path: "state", message: `is none of ${known}` },
    ]);
  });
}
