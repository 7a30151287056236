import { Button, Card, Group, SegmentedControl, Stack, Text, Tooltip } from "@mantine/core";
import { useState } from "react";
import { useSearchParams } from "wouter";
import type { Plan, PlanItem } from "../../model/mod.ts";
import { useData } from "../data/data.tsx";
import { usePlan } from "../data/queries.ts";
import { text } from "../english.ts";
import { Empty, PageHead, Read } from "../parts/page.tsx";
import { DayTable } from "./day/day_table.tsx";
import { hourName } from "./overview/heat_strip.tsx";

const DAY_MS = 86_400_000;

/** A day over all jobs: what ran, runs, will run and did not. */
export default function Day() {
  const { clock } = useData();
  const [search, setSearch] = useSearchParams();
  const [now] = useState(() => clock.now());
  const away = Number(search.get("day")) || 0;
  const midnight = new Date(now + away * DAY_MS).setHours(0, 0, 0, 0);
  const kind = search.get("kind") ?? "all";
  const set = (day: number, shown: string) =>
    setSearch({ ...(day === 0 ? {} : { day: String(day) }), ...(shown === "all" ? {} : { kind: shown }) });
  return (
    <>
      <PageHead title={text.day} below={<Text size="sm" c="dimmed">{text.dayHint}</Text>}>
        <Button variant="default" onClick={() => set(away - 1, kind)}>{text.dayBefore}</Button>
        <Button variant="default" onClick={() => set(0, kind)} disabled={away === 0}>{text.today}</Button>
        <Button variant="default" onClick={() => set(away + 1, kind)}>{text.dayAfter}</Button>
      </PageHead>
      <Text fw={600} mb="sm">{new Intl.DateTimeFormat("en-GB", { dateStyle: "full" }).format(midnight)}</Text>
      <Read of={usePlan({ fromMs: midnight, toMs: midnight + DAY_MS - 1, limit: 500 })}>
        {(plan) => <DayPlan plan={plan} kind={kind} choose={(shown) => set(away, shown)} />}
      </Read>
    </>
  );
}

function DayPlan({ plan, kind, choose }: { plan: Plan; kind: string; choose: (kind: string) => void }) {
  const items = plan.items.filter((item) => kind === "all" || kind === kindOf(item));
  return (
    <Stack>
      <Hours plan={plan} />
      <SegmentedControl
        value={kind}
        onChange={choose}
        data={Object.entries(text.dayKinds).map(([value, label]) => ({ value, label }))}
        aria-label={text.dayFilter}
        style={{ alignSelf: "flex-start" }}
      />
      {items.length === 0 ? <Empty title={text.dayEmpty}>{text.dayEmptyHint}</Empty> : <DayTable items={items} />}
      {plan.isCut && <Text size="sm" c="dimmed">{text.dayCut}</Text>}
    </Stack>
  );
}

/** What was skipped did not run, though an execution says so. */
function kindOf(item: PlanItem): PlanItem["kind"] {
  return item.kind === "ran" && item.state === "skipped" ? "did_not" : item.kind;
}

function Hours({ plan: { hours } }: { plan: Plan }) {
  const most = Math.max(1, ...hours.map(({ success, failed, planned }) => (success ?? 0) + (failed ?? 0) + planned));
  const part = (count: number, color: string) => (
    <i
      style={{
        height: `${count === 0 ? 0 : Math.max(4, count / most * 100)}%`,
        background: `var(--mantine-color-${color})`,
      }}
    />
  );
  return (
    <Card withBorder>
      <div className="strip tall" role="list" aria-label={text.day}>
        {hours.map(({ hour, success, failed, planned }) => {
          const saying = text.hourPlan(hourName(hour), success ?? 0, failed ?? 0, planned);
          return (
            <Tooltip key={hour} label={saying}>
              <div role="listitem" aria-label={saying} className="strip-hour">
                {part(success ?? 0, "teal-6")}
                {part(failed ?? 0, "red-6")}
                {part(planned, "blue-4")}
              </div>
            </Tooltip>
          );
        })}
      </div>
      <Group gap="md" mt="xs">
        {([["teal-6", text.well], ["red-6", text.notWell], ["blue-4", text.ahead]] as const).map(([color, label]) => (
          <Group key={label} gap={6}>
            <span className="dot" style={{ background: `var(--mantine-color-${color})` }} aria-hidden />
            <Text size="xs">{label}</Text>
          </Group>
        ))}
      </Group>
    </Card>
  );
}
