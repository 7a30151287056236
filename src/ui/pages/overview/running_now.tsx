import { Anchor, Card, Table, Text, Title } from "@mantine/core";
import { Link } from "wouter";
import { useBusy } from "../../data/queries.ts";
import { text } from "../../english.ts";
import { Took } from "../../parts/moment.tsx";
import { Read } from "../../parts/page.tsx";
import { State } from "../../parts/state.tsx";
import { executionPath, jobPath } from "../../paths.ts";

const SHOWN = 12;

/** What runs at this moment, oldest first. */
export function RunningNow() {
  return (
    <Card withBorder component="section" aria-labelledby="running-now">
      <Title order={2} size="h5" mb="xs" id="running-now">{text.runningNow}</Title>
      <Read of={useBusy()}>
        {(busy) =>
          busy.length === 0
            ? <Text size="sm" c="dimmed">{text.nothingRuns}</Text>
            : (
              <Table.ScrollContainer minWidth={280}>
                <Table verticalSpacing={5}>
                  <Table.Tbody>
                    {busy.slice(0, SHOWN).map((run) => (
                      <Table.Tr key={run.id}>
                        <Table.Td className="breakable">
                          <Anchor component={Link} href={jobPath(run.jobName)} size="sm" fw={550}>{run.jobName}</Anchor>
                        </Table.Td>
                        <Table.Td>
                          <Anchor component={Link} href={executionPath(run.jobName, run.id)} size="sm">
                            <State state={run.state} />
                          </Anchor>
                        </Table.Td>
                        <Table.Td visibleFrom="sm">
                          <Text size="sm" className="breakable">{run.node}</Text>
                        </Table.Td>
                        <Table.Td ta="right">
                          <Took from={run.startedAt} to={null} size="sm" />
                        </Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
            )}
      </Read>
    </Card>
  );
}
