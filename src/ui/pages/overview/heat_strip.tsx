import { Card, Group, Text, Title, Tooltip } from "@mantine/core";
import type { PlanHour } from "../../../model/mod.ts";
import { text } from "../../english.ts";

/** The last hours: how much ended in each, and how well. */
export function HeatStrip({ hours, nowMs }: { hours: readonly PlanHour[]; nowMs: number }) {
  const past = hours.filter(({ hour }) => hour <= nowMs);
  const most = Math.max(1, ...past.map(({ success, failed }) => (success ?? 0) + (failed ?? 0)));
  const all = past.reduce(
    (sum, { success, failed }) => ({ good: sum.good + (success ?? 0), bad: sum.bad + (failed ?? 0) }),
    { good: 0, bad: 0 },
  );
  return (
    <Card withBorder component="section" aria-labelledby="last-day">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5" id="last-day">{text.lastDay}</Title>
        <Text size="sm" c="dimmed">
          {all.good.toLocaleString("en")} {text.well}, {all.bad.toLocaleString("en")} {text.notWell}
        </Text>
      </Group>
      <div className="strip" role="list" aria-labelledby="last-day">
        {past.map(({ hour, success, failed }) => {
          const good = success ?? 0, bad = failed ?? 0;
          const saying = text.hourSaying(hourName(hour), good, bad);
          return (
            <Tooltip key={hour} label={saying}>
              <div role="listitem" aria-label={saying} className="strip-hour">
                <i style={{ height: `${good / most * 100}%`, background: "var(--mantine-color-teal-6)" }} />
                <i
                  style={{
                    height: `${bad === 0 ? 0 : Math.max(8, bad / most * 100)}%`,
                    background: "var(--mantine-color-red-6)",
                  }}
                />
              </div>
            </Tooltip>
          );
        })}
      </div>
      <Group justify="space-between" mt={4}>
        <Text size="xs" c="dimmed">{hourName(past[0]?.hour ?? nowMs)}</Text>
        <Text size="xs" c="dimmed">{hourName(past.at(-1)?.hour ?? nowMs)}</Text>
      </Group>
    </Card>
  );
}

/** An hour in the reader's zone. */
export function hourName(ms: number): string {
  return new Intl.DateTimeFormat("en-GB", { weekday: "short", hour: "2-digit", minute: "2-digit" }).format(ms);
}
