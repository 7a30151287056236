import { Card, Grid, Group, List, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { lazy, Suspense } from "react";
import type { JobView } from "../../../model/mod.ts";
import { useExecutions, usePreview, useZone } from "../../data/queries.ts";
import { text } from "../../english.ts";
import { absolute, Moment } from "../../parts/moment.tsx";
import { Read } from "../../parts/page.tsx";
import { LastRun } from "./last_run.tsx";

const DurationChart = lazy(() => import("./duration_chart.tsx"));

/** How many past runs the chart shows, and how many times lie ahead. */
const CHARTED = 60, AHEAD = 10;

/** What matters most: how the last run went, how long runs take, when the next ones are. */
export function JobSummary({ view }: { view: JobView }) {
  const { definition } = view.job;
  const executions = useExecutions(definition.name, { end: CHARTED, outputBytes: 4_000 });
  return (
    <Grid>
      <Grid.Col span={{ base: 12, md: 8 }}>
        <Stack>
          <Read of={executions}>
            {({ executions: runs }) => (
              <>
                <LastRun job={definition.name} run={runs[0]} />
                <Suspense>{runs.length > 1 && <DurationChart runs={runs} />}</Suspense>
              </>
            )}
          </Read>
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 4 }}>
        <Stack>
          <Next view={view} />
          <Counts view={view} />
        </Stack>
      </Grid.Col>
    </Grid>
  );
}

function Next({ view }: { view: JobView }) {
  const { schedule, timezone, disabled } = view.job.definition;
  const isTimed = schedule !== "" && !disabled && view.nextAt !== null;
  const zone = useZone(timezone);
  const preview = usePreview(isTimed ? schedule : "", timezone, AHEAD);
  return (
    <Card withBorder>
      <Title order={2} size="h5" mb="xs">{text.nextTimes}</Title>
      {!isTimed ? <Text size="sm" c="dimmed">{text.noNextTimes}</Text> : (
        <Read of={preview}>
          {({ times }) => (
            <List size="sm" listStyleType="none" spacing={2}>
              {times.map((time) => (
                <List.Item key={time}>
                  <Group justify="space-between" gap="xs">
                    <Text span size="sm">{absolute(time, zone)}</Text>
                    <Moment at={time} size="sm" c="dimmed" />
                  </Group>
                </List.Item>
              ))}
            </List>
          )}
        </Read>
      )}
    </Card>
  );
}

function Counts({ view: { stat, job, dependents } }: { view: JobView }) {
  const { definition } = job;
  const facts: [string, string][] = [
    [text.succeeded, String(stat.successCount)],
    [text.failedCount, String(stat.errorCount)],
    [text.executor, definition.executor],
    [text.overlap, definition.concurrency],
    [text.retries, String(definition.retry.attempts)],
    [text.owner, [definition.owner, definition.ownerEmail].filter(Boolean).join(", ") || "–"],
    [text.tags, pairs(definition.tags)],
    [text.metadata, pairs(definition.metadata)],
    [text.dependents, dependents.join(", ") || "–"],
    [text.revision, String(job.revision)],
  ];
  return (
    <Card withBorder>
      <Title order={2} size="h5" mb="xs">{text.facts}</Title>
      <SimpleGrid cols={2} verticalSpacing={4} component="dl" m={0}>
        {facts.map(([name, value]) => (
          <div key={name} style={{ display: "contents" }}>
            <Text component="dt" size="sm" c="dimmed">{name}</Text>
            <Text component="dd" size="sm" m={0} className="breakable">{value}</Text>
          </div>
        ))}
      </SimpleGrid>
    </Card>
  );
}

function pairs(map: Readonly<Record<string, string>> | null): string {
  return Object.entries(map ?? {}).map(([key, value]) => `${key}=${value}`).join(", ") || "–";
}
