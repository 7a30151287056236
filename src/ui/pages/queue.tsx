import { Anchor, Table, Text } from "@mantine/core";
import { Link } from "wouter";
import type { WaitingReport } from "../../../routes/wire/queue_answer.ts";
import { useQueue } from "../data/queries.ts";
import { text } from "../english.ts";
import { Columns } from "../parts/columns.tsx";
import { Moment } from "../parts/moment.tsx";
import { Empty, PageHead, Read } from "../parts/page.tsx";
import { executionPath, jobPath } from "../paths.ts";

/** What waits, and for what. */
export default function Queue() {
  return (
    <>
      <PageHead title={text.queue} below={<Text size="sm" c="dimmed">{text.queueHint}</Text>} />
      <Read of={useQueue()}>
        {({ waiting, isCut }) =>
          waiting.length === 0 ? <Empty title={text.nothingWaits}>{text.nothingWaitsHint}</Empty> : (
            <>
              <Columns labels={text.queueColumns} leastWidth={640} highlightOnHover>
                {waiting.map((row) => <Row key={row.execution.id} row={row} />)}
              </Columns>
              {isCut && <Text size="sm" c="dimmed" mt="sm">{text.queueCut(waiting.length)}</Text>}
            </>
          )}
      </Read>
    </>
  );
}

function Row({ row: { execution, waitsFor } }: { row: WaitingReport }) {
  const { jobName, id, queuedAt, trigger, attempt } = execution;
  return (
    <Table.Tr>
      <Table.Td className="breakable">
        <Anchor component={Link} href={jobPath(jobName)} size="sm">{jobName}</Anchor>
      </Table.Td>
      <Table.Td>
        <Anchor component={Link} href={executionPath(jobName, id)} size="sm">
          <Moment at={queuedAt} size="sm" />
        </Anchor>
      </Table.Td>
      <Table.Td>
        <Text size="sm">{text.triggers[trigger]}{attempt > 1 ? `, ${text.attempt(attempt)}` : ""}</Text>
      </Table.Td>
      <Table.Td>
        <Reason waitsFor={waitsFor} />
      </Table.Td>
    </Table.Tr>
  );
}

function Reason({ waitsFor }: Pick<WaitingReport, "waitsFor">) {
  switch (waitsFor.kind) {
    case "time":
      return (
        <Text size="sm">
          {text.waits.time} <Moment at={waitsFor.until} size="sm" />
        </Text>
      );
    case "pause":
      return <Text size="sm">{waitsFor.of === "job" ? text.waits.jobPause : text.waits.clusterPause}</Text>;
    case "gate":
      return <Text size="sm">{text.waits.gate(waitsFor.holders.flatMap(({ job }) => job ?? []).join(", "))}</Text>;
    case "node": {
      const { node, tags } = waitsFor.selector;
      return (
        <Text size="sm">
          {text.waits.node(node ?? Object.entries(tags).map(([key, value]) => `${key}=${value}`).join(", "))}
        </Text>
      );
    }
    case "slot":
      return <Text size="sm">{text.waits.slot(waitsFor.nodes.length, waitsFor.nodes.slice(0, 5).join(", "))}</Text>;
    default:
      return waitsFor satisfies never;
  }
}
