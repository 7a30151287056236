import { Anchor, Breadcrumbs, Button, Card, Grid, Group, Stack, Table, Text, Title } from "@mantine/core";
import { Link, useLocation, useParams } from "wouter";
import type { ExecutionReport } from "../../../routes/wire/read_answer.ts";
import { useAction } from "../data/action.tsx";
import { useExecution, useExecutions, useMay } from "../data/queries.ts";
import { text } from "../english.ts";
import { useConfirm } from "../parts/confirm.tsx";
import { Moment, Took } from "../parts/moment.tsx";
import { PageHead, Read } from "../parts/page.tsx";
import { State } from "../parts/state.tsx";
import { executionPath, jobPath } from "../paths.ts";
import { Output } from "./execution/output.tsx";
import { Phases } from "./execution/phases.tsx";

/** One run: what it went through, what it wrote, how it ended. */
export default function Execution() {
  const params = useParams();
  const job = decodeURIComponent(params.job ?? ""), id = decodeURIComponent(params.execution ?? "");
  return <Read of={useExecution(job, id)}>{(execution) => <ExecutionPage key={id} execution={execution} />}</Read>;
}

function isOpen({ state }: ExecutionReport): boolean {
  return state === "queued" || state === "running";
}

function ExecutionPage({ execution }: { execution: ExecutionReport }) {
  const { jobName: job, id } = execution;
  return (
    <>
      <Breadcrumbs mb={4}>
        <Anchor component={Link} href="/jobs" size="sm">{text.jobs}</Anchor>
        <Anchor component={Link} href={jobPath(job)} size="sm" className="breakable">{job}</Anchor>
      </Breadcrumbs>
      <PageHead title={text.runOf(job)} below={<Facts execution={execution} />}>
        <Actions execution={execution} />
      </PageHead>
      <Grid>
        <Grid.Col span={{ base: 12, lg: 9 }}>
          <Output job={job} id={id} isOpen={isOpen(execution)} sizeBytes={execution.outputSizeBytes} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 3 }}>
          <Stack>
            <Phases execution={execution} />
            <Attempts execution={execution} />
          </Stack>
        </Grid.Col>
      </Grid>
    </>
  );
}

function Facts({ execution }: { execution: ExecutionReport }) {
  const { state, node, exitCode, reason, startedAt, finishedAt, trigger, requestedBy } = execution;
  return (
    <Stack gap={4}>
      <Group gap="md">
        <State state={state} />
        {node && <Text size="sm">{text.onNode(node)}</Text>}
        <Took from={startedAt} to={finishedAt} size="sm" />
        {exitCode !== null && <Text size="sm">{text.exitCode(exitCode)}</Text>}
        <Text size="sm" c="dimmed">{text.triggers[trigger]}{requestedBy ? ` (${requestedBy})` : ""}</Text>
      </Group>
      {reason && <Text size="sm" className="breakable" role="status">{reason}</Text>}
      {execution.lateState && <Text size="sm" c="dimmed">{text.lateResult(text.states[execution.lateState])}</Text>}
    </Stack>
  );
}

function Actions({ execution }: { execution: ExecutionReport }) {
  const { jobName: job, id } = execution;
  const [, go] = useLocation();
  const mayRun = useMay("operator");
  const cancel = useAction((client, reason: string) => client.cancel(job, id, reason), () => text.cancelAsked);
  const again = useAction((client) => client.run(job, { wait: false, force: false }), () => text.started(job), {
    then: () => go(jobPath(job)),
  });
  const confirm = useConfirm({
    title: text.cancelTitle(job),
    body: text.cancelBody,
    confirm: text.stopRun,
    isDangerous: true,
    note: text.reason,
  }, (reason) => cancel.mutate(reason));
  if (!mayRun) return null;
  if (!isOpen(execution)) {
    return <Button onClick={() => again.mutate()} loading={again.isPending}>{text.runAgain}</Button>;
  }
  return (
    <>
      <Button color="red" variant="outline" onClick={confirm.ask} loading={cancel.isPending}>{text.stopRun}</Button>
      {confirm.dialog}
    </>
  );
}

/** What else its group has run: other attempts, and other nodes. */
function Attempts({ execution }: { execution: ExecutionReport }) {
  const { data } = useExecutions(execution.jobName, { end: 100 });
  const siblings = (data?.executions ?? []).filter(({ group }) => group === execution.group);
  if (siblings.length < 2) return null;
  return (
    <Card withBorder>
      <Title order={2} size="h5" mb="xs">{text.group}</Title>
      <Table verticalSpacing={4}>
        <Table.Tbody>
          {siblings.map((one) => (
            <Table.Tr key={one.id}>
              <Table.Td>
                {one.id === execution.id
                  ? <State state={one.state} />
                  : (
                    <Anchor component={Link} href={executionPath(one.jobName, one.id)}>
                      <State state={one.state} />
                    </Anchor>
                  )}
              </Table.Td>
              <Table.Td>
                <Text size="sm">{text.attempt(one.attempt)}</Text>
              </Table.Td>
              <Table.Td>
                <Text size="sm" className="breakable">{one.node}</Text>
              </Table.Td>
              <Table.Td>
                <Moment at={one.startedAt} size="sm" />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Card>
  );
}
