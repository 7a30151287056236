import { Anchor, Group, SegmentedControl, Stack, Text, Timeline } from "@mantine/core";
import { Link, useSearchParams } from "wouter";
import type { JobView } from "../../../model/mod.ts";
import type { TimelineReport } from "../../../../routes/wire/timeline_answer.ts";
import { useTimeline, useZone } from "../../data/queries.ts";
import { text } from "../../english.ts";
import { absolute, Moment } from "../../parts/moment.tsx";
import { Empty, Read } from "../../parts/page.tsx";
import { Dot, State } from "../../parts/state.tsx";
import { executionPath, jobPath } from "../../paths.ts";

const HOUR_MS = 3_600_000;

const SPANS: Readonly<Record<string, number>> = { hour: HOUR_MS, day: 24 * HOUR_MS, week: 7 * 24 * HOUR_MS };

/** Every due time around now: what became of it or will, and why. */
export function TimelineTab({ view }: { view: JobView }) {
  const [search, setSearch] = useSearchParams();
  const span = search.get("span") ?? "hour";
  const { name, timezone } = view.job.definition;
  const zone = useZone(timezone);
  const timeline = useTimeline(name, SPANS[span] ?? HOUR_MS);
  return (
    <Stack>
      <SegmentedControl
        value={span}
        onChange={(value) => setSearch({ tab: "timeline", span: value })}
        data={Object.keys(SPANS).map((value) => ({ value, label: text.spans[value] ?? value }))}
        aria-label={text.span}
        style={{ alignSelf: "flex-start" }}
      />
      <Read of={timeline}>
        {(entries) =>
          entries.length === 0
            ? <Empty title={text.noDueTimes}>{text.noDueTimesHint}</Empty>
            : <Entries job={name} timezone={zone} entries={entries} />}
      </Read>
    </Stack>
  );
}

function Entries({ job, timezone, entries }: { job: string; timezone: string; entries: readonly TimelineReport[] }) {
  return (
    <Timeline bulletSize={16} lineWidth={2}>
      {entries.map((entry) => (
        <Timeline.Item
          key={entry.dueAt}
          bullet={<Dot state={stateOf(entry)} />}
          title={
            <Group gap="sm">
              <Text span size="sm" fw={600}>{absolute(entry.dueAt, timezone)}</Text>
              <Moment at={entry.dueAt} size="sm" c="dimmed" />
            </Group>
          }
        >
          <Text size="sm">{text.fates[entry.fate]}{entry.reason ? `: ${entry.reason}` : ""}</Text>
          <Group gap="md">
            {entry.executions.map((execution) => (
              <Anchor key={execution.id} component={Link} href={executionPath(job, execution.id)} size="sm">
                <State state={execution.state} />
              </Anchor>
            ))}
            <Decisive job={job} entry={entry} />
          </Group>
        </Timeline.Item>
      ))}
    </Timeline>
  );
}

function Decisive({ job, entry: { decisive } }: { job: string; entry: TimelineReport }) {
  if (decisive === null) return null;
  switch (decisive.kind) {
    case "execution":
      return <Anchor component={Link} href={executionPath(job, decisive.id)} size="sm">{text.inTheWay}</Anchor>;
    case "pause":
      return <Text size="sm" c="dimmed">{text.pausedBy(decisive.by, decisive.note)}</Text>;
    case "revision":
      return (
        <Anchor component={Link} href={jobPath(job, "revisions")} size="sm">
          {text.byRevision(decisive.revision)}
        </Anchor>
      );
    default:
      return decisive satisfies never;
  }
}

function stateOf({ fate, executions }: TimelineReport) {
  const last = executions.at(-1)?.state;
  if (fate === "ran" || fate === "running" || fate === "waiting") return last ?? "queued";
  return fate === "will_run" || fate === "due" || fate === "owed" ? "queued" : "skipped";
}
