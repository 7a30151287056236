import { Anchor, Card, Group, Text, Title } from "@mantine/core";
import { Link } from "wouter";
import type { ExecutionReport } from "../../../../routes/wire/read_answer.ts";
import { text } from "../../english.ts";
import { AnsiText } from "../../parts/ansi_text.tsx";
import { Moment, Took } from "../../parts/moment.tsx";
import { Empty } from "../../parts/page.tsx";
import { State } from "../../parts/state.tsx";
import { executionPath } from "../../paths.ts";

/** How the last run went, with the end of its output. */
export function LastRun({ job, run }: { job: string; run: ExecutionReport | undefined }) {
  if (run === undefined) {
    return (
      <Card withBorder>
        <Empty title={text.notRunYet}>{text.notRunYetHint}</Empty>
      </Card>
    );
  }
  return (
    <Card withBorder>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5">{text.lastRun}</Title>
        <Anchor component={Link} href={executionPath(job, run.id)} size="sm">{text.openRun}</Anchor>
      </Group>
      <Group gap="md" mb="xs">
        <State state={run.state} />
        <Moment at={run.startedAt ?? run.queuedAt} size="sm" />
        <Took from={run.startedAt} to={run.finishedAt} size="sm" />
        <Text size="sm" c="dimmed">{run.node && text.onNode(run.node)}</Text>
        {run.exitCode !== null && <Text size="sm" c="dimmed">{text.exitCode(run.exitCode)}</Text>}
      </Group>
      {run.reason && <Text size="sm" mb="xs" className="breakable">{run.reason}</Text>}
      {run.output === ""
        ? <Text size="sm" c="dimmed">{run.state === "running" ? text.outputLive : text.noOutput}</Text>
        : <pre className="output short" tabIndex={0} aria-label={text.output}><AnsiText>{run.output}</AnsiText></pre>}
    </Card>
  );
}
