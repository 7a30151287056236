import "uplot/dist/uPlot.min.css";
import { Card, Group, Text, Title, useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import type { ExecutionReport } from "../../../../routes/wire/read_answer.ts";
import { text } from "../../english.ts";
import { duration } from "../../parts/moment.tsx";

const HEIGHT = 170;

const MOMENT = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});

/** How long the last runs took, with their median. */
export default function DurationChart({ runs }: { runs: readonly ExecutionReport[] }) {
  const place = useRef<HTMLDivElement>(null);
  const { ref, width } = useElementSize();
  const scheme = useComputedColorScheme("light");
  const ended = runs.flatMap(({ startedAt, finishedAt, state }) =>
    startedAt === null || finishedAt === null
      ? []
      : [{ at: startedAt, took: finishedAt - startedAt, isGood: state === "success" }]
  ).reverse();
  const median = medianOf(ended.map(({ took }) => took));
  const shown = JSON.stringify(ended);
  useEffect(() => {
    if (place.current === null || width === 0) return;
    const chart = new uPlot(optionsOf(width, scheme === "dark"), dataOf(ended, median), place.current);
    return () => chart.destroy();
  }, [shown, width, scheme]);
  if (ended.length < 2) return null;
  return (
    <Card withBorder>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5">{text.durations}</Title>
        <Text size="sm" c="dimmed">{text.median(duration(median))}</Text>
      </Group>
      <div ref={ref} role="img" aria-label={text.durationsOf(ended.length, duration(median))}>
        <div ref={place} />
      </div>
    </Card>
  );
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function dataOf(ended: readonly { at: number; took: number; isGood: boolean }[], median: number): uPlot.AlignedData {
  const pick = (isGood: boolean) => ended.map((one) => one.isGood === isGood ? one.took : null);
  return [ended.map(({ at }) => at / 1_000), pick(true), pick(false), ended.map(() => median)];
}

function optionsOf(width: number, isDark: boolean): uPlot.Options {
  const ink = isDark ? "#a6adb4" : "#5c636a";
  const grid = { stroke: isDark ? "#33373c" : "#e9ecef", width: 1 };
  const dots = (label: string, stroke: string): uPlot.Series => ({
    label,
    stroke,
    paths: () => null,
    points: { show: true, size: 6, fill: stroke },
    value: (_, ms) => ms === null ? "–" : duration(ms),
  });
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { points: { size: 9 } },
    series: [{}, dots(text.states.success, "#12b886"), dots(text.states.failed, "#fa5252"), {
      label: text.medianWord,
      stroke: ink,
      dash: [5, 5],
      points: { show: false },
    }],
    axes: [
      {
        stroke: ink,
        grid,
        ticks: grid,
        space: 110,
        values: (_, ticks) => ticks.map((tick) => MOMENT.format(tick * 1_000)),
      },
      { stroke: ink, grid, ticks: grid, size: 90, values: (_, ticks) => ticks.map((tick) => duration(tick)) },
    ],
    scales: { y: { range: (_, __, most) => [0, Math.max(1, most * 1.15)] } },
  };
}
