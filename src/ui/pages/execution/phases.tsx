import { Card, Text, Timeline, Title } from "@mantine/core";
import type { ExecutionReport } from "../../../../routes/wire/read_answer.ts";
import { text } from "../../english.ts";
import { absolute, duration } from "../../parts/moment.tsx";

/** What a run has gone through, and when. */
export function Phases({ execution }: { execution: ExecutionReport }) {
  const { dueAt, queuedAt, startedAt, finishedAt, state } = execution;
  const phases = [
    { label: text.phases.due, at: dueAt, from: null },
    { label: text.phases.queued, at: queuedAt, from: dueAt },
    { label: text.phases.started, at: startedAt, from: queuedAt },
    { label: text.phases.finished(text.states[state]), at: finishedAt, from: startedAt ?? queuedAt },
  ].filter((phase) => phase.at !== null);
  return (
    <Card withBorder>
      <Title order={2} size="h5" mb="sm">{text.phases.title}</Title>
      <Timeline active={phases.length - 1} bulletSize={14} lineWidth={2}>
        {phases.map(({ label, at, from }) => (
          <Timeline.Item key={label} title={<Text size="sm" fw={600}>{label}</Text>}>
            <Text size="xs">{at !== null && absolute(at)}</Text>
            {from !== null && at !== null && <Text size="xs" c="dimmed">{text.afterSpan(duration(at - from))}</Text>}
          </Timeline.Item>
        ))}
      </Timeline>
    </Card>
  );
}
