import { Anchor, Card, Group, Progress, Text, Title } from "@mantine/core";
import { Link } from "wouter";
import { useMembers } from "../../data/queries.ts";
import { text } from "../../english.ts";
import { Read } from "../../parts/page.tsx";

/** Whether the nodes live, and how busy they are. */
export function NodesGlance() {
  return (
    <Card withBorder component="section" aria-labelledby="nodes-glance">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5" id="nodes-glance">{text.nodesAtAGlance}</Title>
        <Anchor component={Link} href="/nodes" size="sm">{text.nodes}</Anchor>
      </Group>
      <Read of={useMembers()}>
        {(members) => {
          const alive = members.filter(({ state }) => state === "alive");
          const slots = alive.reduce((sum, one) => sum + one.slots, 0),
            running = alive.reduce((sum, one) => sum + one.running, 0);
          const saying = text.nodesSaying(alive.length, members.length, running, slots);
          return (
            <>
              <Text size="sm" mb={6}>{saying}</Text>
              <Progress value={slots === 0 ? 0 : running / slots * 100} aria-label={saying} />
            </>
          );
        }}
      </Read>
    </Card>
  );
}
