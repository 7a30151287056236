import { Anchor, Card, Group, Stack, Text, Title } from "@mantine/core";
import { Link } from "wouter";
import type { PlanItem } from "../../../model/mod.ts";
import { text } from "../../english.ts";
import { Moment } from "../../parts/moment.tsx";
import { jobPath } from "../../paths.ts";

const HOUR_MS = 3_600_000, SHOWN = 10;

/** What will start within the hour. */
export function NextHour({ items, nowMs }: { items: readonly PlanItem[]; nowMs: number }) {
  const ahead = items.flatMap((item) => item.kind === "will_run" ? [item] : []);
  return (
    <Card withBorder component="section" aria-labelledby="next-hour">
      <Title order={2} size="h5" mb="xs" id="next-hour">{text.nextHour}</Title>
      {ahead.length === 0 && <Text size="sm" c="dimmed">{text.nothingAhead}</Text>}
      <div className="hour" aria-hidden>
        {ahead.map(({ job, at }) => (
          <i key={job} style={{ left: `${Math.min(100, Math.max(0, (at - nowMs) / HOUR_MS * 100))}%` }} />
        ))}
      </div>
      <Stack gap={4}>
        {ahead.slice(0, SHOWN).map(({ job, at, count }) => (
          <Group key={job} justify="space-between" wrap="nowrap" gap="sm">
            <Anchor component={Link} href={jobPath(job)} size="sm" className="breakable">{job}</Anchor>
            <Group gap="xs" wrap="nowrap">
              <Text size="xs" c="dimmed" className="nowrap">{count > 1 ? `×${count}` : ""}</Text>
              <Moment at={at} size="sm" />
            </Group>
          </Group>
        ))}
      </Stack>
    </Card>
  );
}
