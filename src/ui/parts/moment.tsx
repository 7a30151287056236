import { Text, type TextProps, Tooltip } from "@mantine/core";
import { text } from "../english.ts";
import { useNow } from "./now.tsx";

const UNITS = [["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000], ["second", 1_000]] as const;

const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });

/** Of each zone, once: to make one takes much longer than to use it. */
const FORMATS = new Map<string, Intl.DateTimeFormat>();

/** A time in the reader's zone, with its zone. */
export function absolute(ms: number, timezone = ""): string {
  const format = FORMATS.get(timezone) ?? new Intl.DateTimeFormat("en-GB", {
    dateStyle: "medium",
    timeStyle: "long",
    hourCycle: "h23",
    timeZone: timezone || undefined,
  });
  FORMATS.set(timezone, format);
  return format.format(ms);
}

/** A time relative to now: `3 min. ago`, `in 2 hr.`. */
export function relative(ms: number, nowMs: number): string {
  const away = ms - nowMs;
  const [unit, size] = UNITS.find(([, size]) => Math.abs(away) >= size) ?? ["second", 1_000];
  return RELATIVE.format(Math.trunc(away / size), unit);
}

/** A time, relative to now, and absolute when it is pointed at. Nothing for null. */
export function Moment(
  { at, timezone, ...rest }: { at: number | null; timezone?: string } & TextProps,
) {
  const now = useNow();
  if (at === null) return <Text span c="dimmed" {...rest}>{text.never}</Text>;
  return (
    <Tooltip label={fullOf(at, timezone)} style={{ whiteSpace: "pre-line" }}>
      <Text span component="time" dateTime={new Date(at).toISOString()} className="nowrap" {...rest}>
        {relative(at, now)}
      </Text>
    </Tooltip>
  );
}

/** The same where there are very many: a title that is written when it is pointed at. */
export function PlainMoment({ at, timezone }: { at: number; timezone?: string }) {
  const now = useNow();
  return (
    <time
      dateTime={new Date(at).toISOString()}
      className="small nowrap"
      onPointerEnter={({ currentTarget }) => currentTarget.title = fullOf(at, timezone)}
    >
      {relative(at, now)}
    </time>
  );
}

/** A time in its own zone and the reader's. */
function fullOf(at: number, timezone?: string): string {
  return timezone ? `${absolute(at, timezone)}\n${absolute(at)}` : absolute(at);
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
