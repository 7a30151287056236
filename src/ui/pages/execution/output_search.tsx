import { ActionIcon, Group, Text, TextInput } from "@mantine/core";
import { IconChevronDown, IconChevronUp, IconSearch } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { text } from "../../english.ts";
import type { LiveOutput } from "./use_output.ts";

/** Lines that are looked through at a time: what else the page has to do gets its turn between two. */
const AT_ONCE = 20_000;

/** What was searched for in an output, and found. */
export interface OutputSearch {
  sought: string;
  seek: (sought: string) => void;
  /** Index of the line that is shown; -1 where none is found. */
  at: number;
  position: number;
  total: number;
  step: (by: 1 | -1) => void;
}

interface Found {
  sought: string;
  lines: readonly number[];
  /** Lines that were looked through. */
  upTo: number;
}

const NOTHING: Found = { sought: "", lines: [], upTo: 0 };

/** Looks for a text, not for a pattern, in the lines that have come and that come. */
export function useOutputSearch({ buffer, version, isOver }: LiveOutput): OutputSearch {
  const [sought, setSought] = useState("");
  const [position, setPosition] = useState(0);
  const [found, setFound] = useState(NOTHING);
  useEffect(() => {
    if (sought === "") return;
    const before = found.sought === sought ? found : { ...NOTHING, sought };
    // The last line may still grow.
    const count = buffer.lines.length - (isOver ? 0 : 1);
    if (before.upTo >= count) return;
    const to = Math.min(count, before.upTo + AT_ONCE);
    const frame = requestAnimationFrame(() => setFound(foundFurther(before, buffer.lines.slice(before.upTo, to))));
    return () => cancelAnimationFrame(frame);
  }, [sought, version, found, isOver]);
  const { lines } = sought !== "" && found.sought === sought ? found : NOTHING;
  const total = lines.length;
  const shown = position % Math.max(1, total);
  return {
    sought,
    seek(text) {
      setSought(text);
      setPosition(0);
    },
    at: lines[shown] ?? -1,
    position: shown,
    total,
    step: (by) => setPosition((before) => (before + by + total) % Math.max(1, total)),
  };
}

/** With what is found in the next lines. */
function foundFurther({ sought, lines: before, upTo: from }: Found, next: readonly string[]): Found {
  const small = sought.toLowerCase();
  const more = next.flatMap((line, i) => line.toLowerCase().includes(small) ? [from + i] : []);
  return { sought, lines: more.length > 0 ? [...before, ...more] : before, upTo: from + next.length };
}

/** Where one types what to look for, and goes from hit to hit. */
export function SearchBox({ search }: { search: OutputSearch }) {
  const { sought, seek, total, position, step } = search;
  return (
    <Group gap={4} wrap="nowrap">
      <TextInput
        size="xs"
        w={170}
        leftSection={<IconSearch size={13} aria-hidden />}
        placeholder={text.searchOutput}
        aria-label={text.searchOutput}
        value={sought}
        onChange={(event) => seek(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Enter" && step(event.shiftKey ? -1 : 1)}
      />
      {sought !== "" && (
        <Text size="xs" c="dimmed" role="status">{total === 0 ? text.notFound : `${position + 1}/${total}`}</Text>
      )}
      {total > 1 && (
        <ActionIcon size="sm" variant="default" onClick={() => step(-1)} aria-label={text.previousHit}>
          <IconChevronUp size={13} />
        </ActionIcon>
      )}
      {total > 1 && (
        <ActionIcon size="sm" variant="default" onClick={() => step(1)} aria-label={text.nextHit}>
          <IconChevronDown size={13} />
        </ActionIcon>
      )}
    </Group>
  );
}
