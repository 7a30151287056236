import { Alert, Card, Grid, Group, List, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { messageOf } from "../../../runtime/mod.ts";
import { usePreview, useZone } from "../../data/queries.ts";
import { text } from "../../english.ts";
import { absolute, Moment } from "../../parts/moment.tsx";
import { CronBuilder } from "./cron_builder.tsx";
import type { Draft } from "./draft.ts";
import { ChoiceField, TextField } from "./field.tsx";

const AHEAD = 10;

/** When a job runs: its schedule, and what that comes to. */
export function ScheduleFields({ draft }: { draft: Draft }) {
  const zones = ["UTC", ...Intl.supportedValuesOf("timeZone")];
  return (
    <Grid>
      <Grid.Col span={{ base: 12, sm: 7 }}>
        <TextField draft={draft} path="schedule" isMono placeholder="0 30 2 * * *" />
        <CronBuilder apply={(schedule) => draft.set("schedule", schedule)} />
      </Grid.Col>
      <Grid.Col span={{ base: 12, sm: 5 }}>
        <ChoiceField draft={draft} path="timezone" values={zones} searchable />
      </Grid.Col>
      <Grid.Col span={12}>
        <Preview schedule={draft.text("schedule")} timezone={draft.text("timezone")} />
      </Grid.Col>
    </Grid>
  );
}

function Preview({ schedule, timezone }: { schedule: string; timezone: string }) {
  const [asked] = useDebouncedValue(schedule, 200);
  const zone = useZone(timezone);
  const preview = usePreview(asked, timezone, AHEAD);
  if (schedule.trim() === "") return <Text size="sm" c="dimmed">{text.noScheduleHint}</Text>;
  if (preview.error && !preview.isFetching) {
    return <Alert color="red" variant="outline" role="status">{messageOf(preview.error)}</Alert>;
  }
  if (!preview.data) return null;
  const { words, times, notes } = preview.data;
  return (
    <Card withBorder bg="transparent" role="status">
      <Text size="sm" fw={600} mb={4}>{words}</Text>
      {notes.map((note) => <Text key={note} size="sm" c="dimmed" mb={4}>{note}</Text>)}
      <List size="sm" listStyleType="none">
        {times.map((time) => (
          <List.Item key={time}>
            <Group gap="md">
              <Text span size="sm">{absolute(time, zone)}</Text>
              <Moment at={time} size="sm" c="dimmed" />
            </Group>
          </List.Item>
        ))}
      </List>
    </Card>
  );
}
