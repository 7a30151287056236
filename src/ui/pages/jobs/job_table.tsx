import { Checkbox, Text, UnstyledButton } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { useCallback, useEffect, useRef } from "react";
import type { JobView } from "../../../model/mod.ts";
import { useAction } from "../../data/action.tsx";
import { useData } from "../../data/data.tsx";
import { useJobs, useMay } from "../../data/queries.ts";
import { text } from "../../english.ts";
import { Empty, Problem } from "../../parts/page.tsx";
import type { JobFilter } from "./job_filter.ts";
import { JobRow } from "./job_row.tsx";

/** Jobs that are read at once. */
const PAGE = 100;

/** Height of a row in pixels. */
const ROW = 46;

interface TableProps {
  filter: JobFilter;
  selected: ReadonlySet<string>;
  select: (selected: ReadonlySet<string>) => void;
}

/** A table of however many jobs: only what is in sight is read and drawn. */
export function JobTable({ filter, selected, select }: TableProps) {
  const scroll = useRef<HTMLDivElement>(null);
  const first = useJobs(pageQuery(filter, 0));
  const total = first.data?.total ?? 0;
  const toggle = useToggle(selected, select);
  const mayRun = useMay("operator");
  const { mutate: run } = useAction(
    (client, name: string) => client.run(name, { wait: false, force: false }),
    (_, name) => text.started(name),
  );
  const rows = useVirtualizer({
    count: total,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    overscan: 4,
  });
  const inSight = rows.getVirtualItems();
  const at = useRowsAt(filter, inSight.map(({ index }) => index), first.data?.views);
  if (first.error) return <Problem error={first.error} again={() => void first.refetch()} />;
  if (first.data && total === 0) {
    return filter.isOn
      ? <Empty title={text.noneFits}>{text.noneFitsHint}</Empty>
      : <Empty title={text.noJobs}>{text.noJobsHint}</Empty>;
  }
  return (
    <div role="table" aria-label={text.jobs} aria-rowcount={total} className="job-table">
      <Head
        filter={filter}
        shown={inSight.flatMap(({ index }) => at(index)?.job.definition.name ?? [])}
        selected={selected}
        select={select}
      />
      <div ref={scroll} className="job-scroll" tabIndex={0} role="rowgroup" aria-label={text.jobs}>
        <div role="presentation" style={{ height: rows.getTotalSize(), position: "relative" }}>
          {inSight.map(({ index, start }) => (
            <JobRow
              key={index}
              index={index}
              top={start}
              view={at(index)}
              isSelected={isIn(selected, at(index))}
              toggle={toggle}
              run={mayRun ? run : undefined}
            />
          ))}
        </div>
      </div>
      <Text size="xs" c="dimmed" mt={6}>{first.data ? text.countJobs(total) : text.reading}</Text>
    </div>
  );
}

/** The same function always, so that a row is drawn again only when something of it has changed. */
function useToggle(
  selected: ReadonlySet<string>,
  select: (selected: ReadonlySet<string>) => void,
): (name: string) => void {
  const latest = useRef({ selected, select });
  useEffect(() => {
    latest.current = { selected, select };
  });
  return useCallback((name: string) => {
    const after = new Set(latest.current.selected);
    if (!after.delete(name)) after.add(name);
    latest.current.select(after);
  }, []);
}

function isIn(selected: ReadonlySet<string>, view: JobView | undefined): boolean {
  return view !== undefined && selected.has(view.job.definition.name);
}

function pageQuery(filter: JobFilter, page: number) {
  return { ...filter.query, _start: String(page * PAGE), _end: String((page + 1) * PAGE) };
}

/** The job in each row, as far as it was read; pages that are in sight are read. */
function useRowsAt(filter: JobFilter, indexes: readonly number[], firstPage: readonly JobView[] | undefined) {
  const { client } = useData();
  const pages = [...new Set(indexes.map((index) => Math.floor(index / PAGE)))].filter((page) => page > 0);
  const read = useQueries({
    queries: pages.map((page) => {
      const query = pageQuery(filter, page);
      return { queryKey: ["jobs", query], queryFn: () => client.jobs(query) };
    }),
  });
  return (index: number): JobView | undefined => {
    const page = Math.floor(index / PAGE);
    const views = page === 0 ? firstPage : read[pages.indexOf(page)]?.data?.views;
    return views?.[index % PAGE];
  };
}

const COLUMNS = [
  { label: text.job, sort: "name" },
  { label: text.lastResult, sort: "status" },
  { label: text.lastRunsHead, sort: null },
  { label: text.schedule, sort: "schedule" },
  { label: text.next, sort: "next" },
  { label: text.executor, sort: "executor" },
] as const;

function Head({ filter, shown, selected, select }: TableProps & { shown: readonly string[] }) {
  const all = shown.length > 0 && shown.every((name) => selected.has(name));
  return (
    <div role="row" className="job-row job-head">
      <span role="columnheader" className="job-pick">
        <Checkbox
          size="xs"
          aria-label={text.selectShown}
          checked={all}
          indeterminate={selected.size > 0 && !all}
          onChange={() => select(new Set(all ? [] : [...selected, ...shown]))}
        />
      </span>
      {COLUMNS.map(({ label, sort }) => (
        <span role="columnheader" key={label} aria-sort={ariaSort(filter, sort)}>
          {sort === null
            ? <Text size="sm" fw={600}>{label}</Text>
            : <SortButton filter={filter} label={label} sort={sort} />}
        </span>
      ))}
      <span role="columnheader">
        <span className="hidden-text">{text.actions}</span>
      </span>
    </div>
  );
}

function SortButton({ filter, label, sort }: { filter: JobFilter; label: string; sort: string }) {
  const isOn = (filter.get("sort") || "name") === sort;
  const isDescending = filter.get("order") === "desc";
  const Icon = isDescending ? IconChevronDown : IconChevronUp;
  return (
    <UnstyledButton
      onClick={() => filter.set({ sort, order: isOn && !isDescending ? "desc" : "" })}
      className="sort-button"
    >
      <Text size="sm" fw={600}>{label}</Text>
      {isOn && <Icon size={14} aria-hidden />}
    </UnstyledButton>
  );
}

function ariaSort(filter: JobFilter, sort: string | null): "ascending" | "descending" | "none" | undefined {
  if (sort === null) return undefined;
  if ((filter.get("sort") || "name") !== sort) return "none";
  return filter.get("order") === "desc" ? "descending" : "ascending";
}
