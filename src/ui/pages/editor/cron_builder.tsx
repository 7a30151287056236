import { Anchor, Button, Chip, Group, NumberInput, Popover, Select, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { text } from "../../english.ts";

type Often = "minutes" | "hourly" | "daily" | "weekly" | "monthly";

interface Wish {
  often: Often;
  every: number;
  /** `HH:MM`. */
  time: string;
  weekdays: string[];
  day: number;
}

/** The cron text of what was chosen: seconds first, as elsewhere. */
export function cronOf({ often, every, time, weekdays, day }: Wish): string {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  switch (often) {
    case "minutes":
      return `0 */${every} * * * *`;
    case "hourly":
      return `0 ${minute} * * * *`;
    case "daily":
      return `0 ${minute} ${hour} * * *`;
    case "weekly":
      return `0 ${minute} ${hour} * * ${weekdays.length === 0 ? "*" : weekdays.toSorted().join(",")}`;
    case "monthly":
      return `0 ${minute} ${hour} ${day} * *`;
    default:
      return often satisfies never;
  }
}

/** Makes a schedule out of a few choices. */
export function CronBuilder({ apply }: { apply: (schedule: string) => void }) {
  const [opened, setOpened] = useState(false);
  const [wish, setWish] = useState<Wish>({ often: "daily", every: 5, time: "02:30", weekdays: ["1"], day: 1 });
  const use = () => {
    apply(cronOf(wish));
    setOpened(false);
  };
  return (
    <Popover opened={opened} onChange={setOpened} trapFocus position="bottom-start" withinPortal>
      <Popover.Target>
        <Anchor component="button" type="button" size="sm" mt={4} onClick={() => setOpened(!opened)}>
          {text.buildSchedule}
        </Anchor>
      </Popover.Target>
      <Popover.Dropdown aria-label={text.buildSchedule}>
        <Stack gap="sm" w={300}>
          <Choices wish={wish} change={(changes) => setWish((before) => ({ ...before, ...changes }))} />
          <Group justify="space-between">
            <Text ff="monospace" size="sm">{cronOf(wish)}</Text>
            <Button size="xs" onClick={use}>{text.use}</Button>
          </Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

const OFTEN: readonly Often[] = ["minutes", "hourly", "daily", "weekly", "monthly"];

function Choices({ wish, change }: { wish: Wish; change: (changes: Partial<Wish>) => void }) {
  return (
    <>
      <Select
        label={text.howOften}
        data={OFTEN.map((value) => ({ value, label: text.often[value] }))}
        value={wish.often}
        onChange={(value) => change({ often: OFTEN.find((each) => each === value) ?? "daily" })}
        allowDeselect={false}
        comboboxProps={{ withinPortal: false }}
      />
      {wish.often === "minutes"
        ? (
          <NumberInput
            label={text.everyMinutes}
            min={1}
            max={59}
            value={wish.every}
            onChange={(every) => change({ every: Number(every) || 1 })}
          />
        )
        : (
          <TextInput
            type="time"
            label={wish.often === "hourly" ? text.minuteOfHour : text.timeOfDay}
            value={wish.time}
            onChange={(event) => change({ time: event.currentTarget.value || "00:00" })}
          />
        )}
      {wish.often === "weekly" && (
        <Chip.Group
          multiple
          value={wish.weekdays}
          onChange={(weekdays) => change({ weekdays })}
        >
          <Group gap={4}>
            {text.weekdays.map((label, day) => <Chip key={label} size="xs" value={String(day)}>{label}</Chip>)}
          </Group>
        </Chip.Group>
      )}
      {wish.often === "monthly" && (
        <NumberInput
          label={text.dayOfMonth}
          min={1}
          max={31}
          value={wish.day}
          onChange={(day) => change({ day: Number(day) || 1 })}
        />
      )}
    </>
  );
}
