import { Anchor, Group, Pagination, Select, Table, Text } from "@mantine/core";
import { Link, useSearchParams } from "wouter";
import { STATES_ON_WIRE } from "../../../../routes/wire/execution_answer.ts";
import type { ExecutionReport } from "../../../../routes/wire/read_answer.ts";
import { useExecutions } from "../../data/queries.ts";
import { text } from "../../english.ts";
import { Columns } from "../../parts/columns.tsx";
import { Moment, Took } from "../../parts/moment.tsx";
import { Empty, Read } from "../../parts/page.tsx";
import { State } from "../../parts/state.tsx";
import { executionPath } from "../../paths.ts";

const PAGE = 25;

/** A job's runs, newest first. */
export function Runs({ name }: { name: string }) {
  const [search, setSearch] = useSearchParams();
  const page = Math.max(1, Number(search.get("page")) || 1);
  const state = search.get("state");
  const set = (changes: Record<string, string>) => setSearch({ tab: "runs", ...(state ? { state } : {}), ...changes });
  const executions = useExecutions(name, { start: (page - 1) * PAGE, end: page * PAGE, states: state ? [state] : [] });
  return (
    <>
      <Select
        label={text.state}
        placeholder={text.allStarted}
        data={STATES_ON_WIRE.map((value) => ({ value, label: text.states[value] }))}
        value={state}
        onChange={(value) => setSearch(value === null ? { tab: "runs" } : { tab: "runs", state: value })}
        clearable
        w={200}
        mb="md"
      />
      <Read of={executions}>
        {({ executions: runs, total }) =>
          total === 0 ? <Empty title={text.noRuns}>{text.noRunsHint}</Empty> : (
            <>
              <RunTable job={name} runs={runs} />
              <Group mt="md">
                <Pagination
                  total={Math.ceil(total / PAGE)}
                  value={page}
                  onChange={(to) => set({ page: String(to) })}
                  getControlProps={(control) => ({ "aria-label": text.pageControls[control] })}
                />
              </Group>
            </>
          )}
      </Read>
    </>
  );
}

function RunTable({ job, runs }: { job: string; runs: readonly ExecutionReport[] }) {
  return (
    <Columns labels={text.runColumns} leastWidth={760} highlightOnHover verticalSpacing={6}>
      {runs.map((run) => (
        <Table.Tr key={run.id}>
          <Table.Td>
            <Anchor component={Link} href={executionPath(job, run.id)} size="sm">
              <State state={run.state} />
            </Anchor>
          </Table.Td>
          <Table.Td>
            <Moment at={run.dueAt} size="sm" />
          </Table.Td>
          <Table.Td>
            <Moment at={run.startedAt} size="sm" />
          </Table.Td>
          <Table.Td>
            <Took from={run.startedAt} to={run.finishedAt} size="sm" />
          </Table.Td>
          <Table.Td>
            <Text size="sm">{run.node || "–"}</Text>
          </Table.Td>
          <Table.Td>
            <Text size="sm">{text.triggers[run.trigger]}{run.requestedBy ? ` (${run.requestedBy})` : ""}</Text>
          </Table.Td>
          <Table.Td>
            <Text size="sm">{run.attempt}</Text>
          </Table.Td>
          <Table.Td maw={320}>
            <Text size="sm" c="dimmed" lineClamp={1} title={run.reason ?? undefined}>{run.reason}</Text>
          </Table.Td>
        </Table.Tr>
      ))}
    </Columns>
  );
}
