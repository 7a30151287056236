import { Anchor, Box, Card, Group, Stack, Text, Title } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { Link } from "wouter";
import type { WaitingReport } from "../../../../routes/wire/queue_answer.ts";
import type { JobView } from "../../../model/mod.ts";
import { useExecutions, useJobs, useQueue } from "../../data/queries.ts";
import { text } from "../../english.ts";
import { Moment } from "../../parts/moment.tsx";
import { RecentBars, State } from "../../parts/state.tsx";
import { executionPath, jobPath } from "../../paths.ts";

/** How many of each are shown. */
const SHOWN = "8";

/** What a person should look at: jobs that failed last time, and runs that no node can take. */
export function NeedsYou() {
  const newest = { _sort: "last_error", _order: "DESC", _start: "0", _end: SHOWN };
  const failed = useJobs({ status: "failed", disabled: "false", ...newest });
  const partly = useJobs({ status: "partially_failed", disabled: "false", ...newest });
  const queue = useQueue();
  const stuck = countsOf((queue.data?.waiting ?? []).filter(({ waitsFor }) => waitsFor.kind === "node"));
  const views = [...failed.data?.views ?? [], ...partly.data?.views ?? []];
  const isKnown = failed.data !== undefined && queue.data !== undefined;
  return (
    <Card withBorder component="section" aria-labelledby="needs-you">
      <Title order={2} size="h5" mb="xs" id="needs-you">{text.needsYou}</Title>
      {isKnown && views.length === 0 && stuck.length === 0 && (
        <Group gap="sm" wrap="nowrap" align="flex-start">
          <IconCircleCheck color="var(--mantine-color-teal-6)" aria-hidden style={{ flex: "none" }} />
          <div>
            <Text fw={600} size="sm">{text.allWell}</Text>
            <Text size="sm" c="dimmed">{text.allWellHint}</Text>
          </div>
        </Group>
      )}
      <Stack gap="xs">
        {views.map((view) => <Trouble key={view.job.uid} view={view} />)}
        {stuck.slice(0, Number(SHOWN)).map(([job, count]) => (
          <Group key={job} justify="space-between" wrap="nowrap" className="trouble waits">
            <Anchor component={Link} href={jobPath(job)} size="sm" fw={550} className="breakable">{job}</Anchor>
            <Anchor component={Link} href="/queue" size="sm">{text.waitForNode(count)}</Anchor>
          </Group>
        ))}
      </Stack>
    </Card>
  );
}

/** How many executions of each job wait, most first. */
function countsOf(waiting: readonly WaitingReport[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { execution } of waiting) counts.set(execution.jobName, (counts.get(execution.jobName) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

function Trouble({ view: { job, stat } }: { view: JobView }) {
  const { name } = job.definition;
  const { data } = useExecutions(name, { end: 1, states: ["failed", "timed_out", "lost"] });
  const [run] = data?.executions ?? [];
  const inARow = /[^s]*$/.exec(stat.recent)?.[0].length ?? 1;
  return (
    <div className="trouble">
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <Group gap="sm" miw={0}>
          <Anchor component={Link} href={jobPath(name)} size="sm" fw={550} className="breakable">{name}</Anchor>
          <Text size="sm">{text.failsInARow(Math.max(1, inARow))}</Text>
        </Group>
        <Group gap="sm" wrap="nowrap">
          <Box visibleFrom="xs">
            <RecentBars recent={stat.recent} />
          </Box>
          {run && <Anchor component={Link} href={executionPath(name, run.id)} size="sm">{text.seeRun}</Anchor>}
        </Group>
      </Group>
      {run && (
        <Group gap="xs" wrap="nowrap">
          <State state={run.state} />
          <Moment at={stat.lastError} size="sm" />
          <Text size="sm" c="dimmed" lineClamp={1} className="breakable">{run.reason}</Text>
        </Group>
      )}
    </div>
  );
}
