import { ActionIcon, Card, Group, Switch, Text, TextInput, Title, Tooltip } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { IconChevronDown, IconChevronUp, IconDownload, IconSearch } from "@tabler/icons-react";
import { type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { text } from "../../english.ts";
import { AnsiText } from "../../parts/ansi_text.tsx";
import { Empty, Reading } from "../../parts/page.tsx";
import { type LiveOutput, useOutput } from "./use_output.ts";

/** Height of a line that is not wrapped, in pixels. */
const LINE = 19;

interface OutputProps {
  job: string;
  id: string;
  isOpen: boolean;
  sizeBytes: number;
}

/** What a run writes, as it writes it: searched, wrapped, followed or downloaded. */
export function Output({ job, id, isOpen, sizeBytes }: OutputProps) {
  const output = useOutput(job, id);
  const [isFollowed, setFollowed] = useState(isOpen);
  const [isWrapped, setWrapped] = useState(true);
  const search = useSearch(output);
  const isEmpty = output.buffer.lines.length === 1 && output.buffer.lines[0] === "";
  return (
    <Card withBorder p="sm">
      <Group justify="space-between" mb="xs">
        <Group gap="sm">
          <Title order={2} size="h5">{text.output}</Title>
          <Text size="sm" c="dimmed" role="status">
            {output.error ?? (isOpen && !output.isOver ? text.outputLive : text.bytes(sizeBytes))}
          </Text>
        </Group>
        <Group gap="sm">
          <SearchBox search={search} />
          <Switch
            label={text.follow}
            checked={isFollowed}
            onChange={(event) => setFollowed(event.currentTarget.checked)}
            size="xs"
          />
          <Switch
            label={text.wrap}
            checked={isWrapped}
            onChange={(event) => setWrapped(event.currentTarget.checked)}
            size="xs"
          />
          <Tooltip label={text.download}>
            <ActionIcon
              component="a"
              variant="default"
              href={outputUrl(job, id)}
              download={`${job}-${id}.txt`}
              aria-label={text.download}
            >
              <IconDownload size={15} />
            </ActionIcon>
          </Tooltip>
        </Group>
      </Group>
      {isEmpty ? <NoOutput isOpen={isOpen} isOver={output.isOver} /> : (
        <Lines
          output={output}
          isFollowed={isFollowed}
          isWrapped={isWrapped}
          found={search.at}
          unfollow={() => setFollowed(false)}
        />
      )}
    </Card>
  );
}

/** Nothing is there: as yet, at all, or because it is still being read. */
function NoOutput({ isOpen, isOver }: { isOpen: boolean; isOver: boolean }) {
  if (isOver) return <Empty title={text.noOutput}>{text.noOutputHint}</Empty>;
  if (isOpen) return <Empty title={text.noOutputYet}>{text.noOutputHint}</Empty>;
  return <Reading />;
}

function outputUrl(job: string, id: string): string {
  return `/v1/jobs/${encodeURIComponent(job)}/executions/${encodeURIComponent(id)}/output`;
}

interface LinesProps {
  output: LiveOutput;
  isFollowed: boolean;
  isWrapped: boolean;
  /** Index of the line that was searched for; -1 for none. */
  found: number;
  unfollow: () => void;
}

function Lines({ output, isFollowed, isWrapped, found, unfollow }: LinesProps) {
  const scroll = useRef<HTMLDivElement>(null);
  const { lines } = output.buffer;
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => LINE,
    overscan: 30,
  });
  useEffect(() => {
    if (isFollowed) rows.scrollToIndex(lines.length - 1, { align: "end" });
  }, [output.version, isFollowed]);
  useEffect(() => {
    if (found >= 0) rows.scrollToIndex(found, { align: "center" });
  }, [found]);
  useEffect(() => rows.measure(), [isWrapped]);
  return (
    <div
      ref={scroll}
      className="output tall"
      tabIndex={0}
      role="log"
      aria-label={text.output}
      aria-live="off"
      onWheel={(event) => event.deltaY < 0 && unfollow()}
    >
      <div style={{ height: rows.getTotalSize(), position: "relative" }}>
        {rows.getVirtualItems().map(({ index, start, key }) => (
          <div
            key={key}
            data-index={index}
            ref={isWrapped ? rows.measureElement : undefined}
            className={`line ${isWrapped ? "wrapped" : ""} ${index === found ? "found" : ""}`}
            style={{ transform: `translateY(${start}px)` }}
          >
            <AnsiText>{lines[index] ?? ""}</AnsiText>
          </div>
        ))}
      </div>
    </div>
  );
}

interface Search {
  sought: string;
  seek: (sought: string) => void;
  /** Index of the line that is shown; -1 where none is found. */
  at: number;
  position: number;
  total: number;
  step: (by: 1 | -1) => void;
  box: RefObject<HTMLInputElement | null>;
}

/** Looks for a text, not for a pattern, in the lines that have come. */
function useSearch({ buffer, version }: LiveOutput): Search {
  const [sought, setSought] = useState("");
  const [position, setPosition] = useState(0);
  const box = useRef<HTMLInputElement>(null);
  const found = useMemo(() => {
    if (sought === "") return [];
    const small = sought.toLowerCase();
    return buffer.lines.flatMap((line, index) => line.toLowerCase().includes(small) ? [index] : []);
  }, [sought, version]);
  const at = found[position % Math.max(1, found.length)] ?? -1;
  return {
    sought,
    seek(text) {
      setSought(text);
      setPosition(0);
    },
    at,
    position: position % Math.max(1, found.length),
    total: found.length,
    step: (by) => setPosition((before) => (before + by + found.length) % Math.max(1, found.length)),
    box,
  };
}

function SearchBox({ search }: { search: Search }) {
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
