import { Text, type TextProps, Tooltip } from "@mantine/core";
import { text } from "../english.ts";
import { useNow } from "./now.tsx";

const UNITS = [["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000], ["second", 1_000]] as const;

const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });

/** A time in the reader's zone, with its zone. */
export function absolute(ms: number, timezone?: string): string {
  const format = { dateStyle: "medium", timeStyle: "long", hourCycle: "h23", timeZone: timezone || undefined } as const;
  return new Intl.DateTimeFormat("en-GB", format).format(ms);
}

/** A time relative to now: `3 min. ago`, `in 2 hr.`. */
export function relative(ms: number, nowMs: number): string {
  const away = ms - nowMs;
  const [unit, size] = UNITS.find(([, size]) => Math.abs(away) >= size) ?? ["second", 1_000];
  return RELATIVE.format(Math.trunc(away / size), unit);
}

/** A time, relative to now, and absolute when it is pointed at. Nothing for null. */
export function Moment(
  { at, timezone, isPlain = false, ...rest }: {
    at: number | null;
    timezone?: string;
    /** Show the absolute time as a title: there are very many. */
    isPlain?: boolean;
  } & TextProps,
) {
  const now = useNow();
  if (at === null) return <Text span c="dimmed" {...rest}>{text.never}</Text>;
  const full = timezone ? `${absolute(at, timezone)}\n${absolute(at)}` : absolute(at);
  const shown = (
    <Text
      span
      component="time"
      dateTime={new Date(at).toISOString()}
      className="nowrap"
      title={isPlain ? full : undefined}
      {...rest}
    >
      {relative(at, now)}
    </Text>
  );
  return isPlain ? shown : <Tooltip label={full} style={{ whiteSpace: "pre-line" }}>{shown}</Tooltip>;
}

/** How long something took, or has taken so far. */
export function Took({ from, to, ...rest }: { from: number | null; to: number | null } & TextProps) {
  const now = useNow();
  if (from === null) return <Text span c="dimmed" {...rest}>–</Text>;
  return <Text span className="nowrap" {...rest}>{duration((to ?? Math.max(now, from)) - from)}</Text>;
}

/** A span of milliseconds as people write it. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ${Math.floor(ms / 1_000) % 60} s`;
  if (ms < 86_400_000) return `${Math.floor(ms / 3_600_000)} h ${Math.floor(ms / 60_000) % 60} min`;
  return `${Math.floor(ms / 86_400_000)} d ${Math.floor(ms / 3_600_000) % 24} h`;
}
