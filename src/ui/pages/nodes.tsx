import { Badge, Button, Code, Group, Progress, Table, Text } from "@mantine/core";
import type { MemberReport } from "../../../routes/wire/read_answer.ts";
import { useAction } from "../data/action.tsx";
import { useLeader, useMay, useMembers } from "../data/queries.ts";
import { text } from "../english.ts";
import { Columns } from "../parts/columns.tsx";
import { useConfirm } from "../parts/confirm.tsx";
import { Moment } from "../parts/moment.tsx";
import { Empty, PageHead, Read } from "../parts/page.tsx";

/** The nodes: what they can run, what they do run, whether they live. */
export default function Nodes() {
  const { data: leader } = useLeader();
  return (
    <>
      <PageHead title={text.nodes} below={<Text size="sm" c="dimmed">{text.nodesHint}</Text>} />
      <Read of={useMembers()}>
        {(members) =>
          members.length === 0
            ? <Empty title={text.noNodes}>{text.noNodesHint}</Empty>
            : (
              <Columns labels={text.nodeColumns} leastWidth={820} verticalSpacing="sm" highlightOnHover>
                {members.map((member) => <Row key={member.id} member={member} isLeader={member.name === leader} />)}
              </Columns>
            )}
      </Read>
    </>
  );
}

function Row({ member, isLeader }: { member: MemberReport; isLeader: boolean }) {
  const { name, address, tags, slots, running, lastSeenAt, executors } = member;
  const { version, server, ...own } = tags;
  return (
    <Table.Tr>
      <Table.Td>
        <Group gap={6}>
          <Text size="sm" fw={600} className="breakable">{name}</Text>
          {isLeader && <Badge variant="default" size="sm">{text.leads}</Badge>}
          {server === "true" && <Badge variant="default" size="sm">{text.server}</Badge>}
        </Group>
        <Text size="xs" c="dimmed">{address}</Text>
      </Table.Td>
      <Table.Td>
        <NodeState member={member} />
      </Table.Td>
      <Table.Td>
        {slots === 0 ? <Text size="sm" c="dimmed">{text.runsNothing}</Text> : (
          <>
            <Text size="sm" mb={2}>{text.slotsUsed(running, slots)}</Text>
            <Progress
              value={Math.min(100, running / slots * 100)}
              size="sm"
              w={110}
              aria-label={text.slotsUsed(running, slots)}
            />
          </>
        )}
      </Table.Td>
      <Table.Td>
        <Group gap={4}>{Object.entries(own).map(([key, value]) => <Code key={key}>{key}={value}</Code>)}</Group>
      </Table.Td>
      <Table.Td>
        <Text size="sm">{executors.join(", ") || "–"}</Text>
      </Table.Td>
      <Table.Td>
        <Text size="sm" style={{ whiteSpace: "nowrap" }}>{version}</Text>
      </Table.Td>
      <Table.Td>
        <Moment at={lastSeenAt} size="sm" />
      </Table.Td>
      <Table.Td>
        <NodeActions member={member} />
      </Table.Td>
    </Table.Tr>
  );
}

const NODE_COLORS = { alive: "teal.6", failed: "red.6", left: "gray.6" } as const;

function NodeState({ member: { state, draining } }: { member: MemberReport }) {
  return (
    <Group gap={6} wrap="nowrap">
      <span
        className="dot"
        style={{ background: `var(--mantine-color-${NODE_COLORS[state].replace(".", "-")})` }}
        aria-hidden
      />
      <Text size="sm">{draining ? text.draining : text.nodeStates[state]}</Text>
    </Group>
  );
}

function NodeActions({ member: { name, state, draining, slots } }: { member: MemberReport }) {
  const mayManage = useMay("admin");
  const drain = useAction(
    (client, to: boolean) => client.drain(name, to),
    (_, to) => to ? text.nowDrains(name) : text.nowWorks(name),
  );
  const declare = useAction((client) => client.declareDead(name), () => text.nowDead(name));
  const drains = useConfirm(
    { title: text.drainTitle(name), body: text.drainBody, confirm: text.drain },
    () => drain.mutate(true),
  );
  const dead = useConfirm({
    title: text.deadTitle(name),
    body: text.deadBody,
    confirm: text.declareDead,
    isDangerous: true,
  }, () => declare.mutate());
  if (!mayManage || slots === 0) return null;
  return (
    <Group gap={6} wrap="nowrap" justify="flex-end">
      {state === "alive" && (
        <Button
          size="xs"
          variant="default"
          onClick={() => draining ? drain.mutate(false) : drains.ask()}
          loading={drain.isPending}
        >
          {draining ? text.undrain : text.drain}
        </Button>
      )}
      {state === "failed" && (
        <Button size="xs" variant="default" c="red" onClick={dead.ask} loading={declare.isPending}>
          {text.declareDead}
        </Button>
      )}
      {drains.dialog}
      {dead.dialog}
    </Group>
  );
}
