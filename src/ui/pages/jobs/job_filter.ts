import { useSearchParams } from "wouter";
import type { ListQuery } from "../../../client/mod.ts";

/** What of the jobs is shown, and in which order: it stands in the address. */
export interface JobFilter {
  /** One of the filter's own parts; empty where it is not set. */
  get(part: FilterPart): string;
  set(changes: Partial<Record<FilterPart, string>>): void;
  /** In the API's own words. */
  query: ListQuery;
  isOn: boolean;
}

/** Parts of a filter, as the address has them. */
export type FilterPart = "q" | "status" | "which" | "executor" | "tag" | "metadata" | "sort" | "order";

/** The filter that the address holds. */
export function useJobFilter(): JobFilter {
  const [search, setSearch] = useSearchParams();
  const get = (part: FilterPart) => search.get(part) ?? "";
  return {
    get,
    set(changes) {
      setSearch((before) => {
        const after = new URLSearchParams(before);
        for (const [part, value] of Object.entries(changes)) {
          if (value) after.set(part, value);
          else after.delete(part);
        }
        return after;
      }, { replace: true });
    },
    query: queryOf(get),
    isOn: ["q", "status", "which", "executor", "tag", "metadata"].some((part) => search.get(part)),
  };
}

function queryOf(get: JobFilter["get"]): ListQuery {
  const pairs: [string, string][] = [
    ["q", get("q")],
    ["status", get("status")],
    ["executor", get("executor")],
    ["_sort", get("sort") || "name"],
    ["_order", get("order") === "desc" ? "DESC" : "ASC"],
    ...WHICH[get("which")] ?? [],
    ...pair("tags", get("tag")),
    ...pair("metadata", get("metadata")),
  ];
  return Object.fromEntries(pairs.filter(([, value]) => value !== ""));
}

const WHICH: Readonly<Record<string, [string, string][]>> = {
  enabled: [["disabled", "false"]],
  disabled: [["disabled", "true"]],
  paused: [["paused", "true"]],
};

/** `role=web` as the API asks for it. */
function pair(of: "tags" | "metadata", written: string): [string, string][] {
  const at = written.indexOf("=");
  return at < 1 ? [] : [[`${of}[${written.slice(0, at).trim()}]`, written.slice(at + 1).trim()]];
}
