import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useRef } from "react";
import { text } from "../../english.ts";
import { AnsiText } from "../../parts/ansi_text.tsx";
import type { OutputBuffer } from "./output_buffer.ts";
import type { LiveOutput } from "./use_output.ts";

/** Height of a line that is not wrapped, in pixels. */
const LINE = 19;

/** Lines are laid out by so many: of a million, each by itself would take longer than one waits. */
const BLOCK = 50;

interface OutputLinesProps {
  output: LiveOutput;
  isFollowed: boolean;
  isWrapped: boolean;
  /** Index of the line that was searched for; -1 for none. */
  found: number;
  unfollow: () => void;
}

/** The lines of an output, of which only those in view are drawn. */
export function OutputLines({ output: { buffer, version }, isFollowed, isWrapped, found, unfollow }: OutputLinesProps) {
  const scroll = useRef<HTMLDivElement>(null);
  const count = Math.ceil(buffer.lines.length / BLOCK);
  const blocks = useVirtualizer({
    count,
    getScrollElement: () => scroll.current,
    estimateSize: (index) => LINE * Math.min(BLOCK, buffer.lines.length - index * BLOCK),
    overscan: 1,
  });
  useEffect(() => {
    if (isFollowed) blocks.scrollToIndex(count - 1, { align: "end" });
  }, [version, isFollowed]);
  useEffect(() => {
    if (found >= 0) blocks.scrollToIndex(Math.floor(found / BLOCK), { align: "center" });
  }, [found]);
  useEffect(() => blocks.measure(), [isWrapped]);
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
      <div style={{ height: blocks.getTotalSize(), position: "relative" }}>
        {blocks.getVirtualItems().map(({ index, start, key }) => (
          <div
            key={key}
            data-index={index}
            ref={blocks.measureElement}
            className={isWrapped ? "lines wrapped" : "lines"}
            style={{ transform: `translateY(${start}px)` }}
          >
            <Block
              buffer={buffer}
              index={index}
              version={index === count - 1 ? version : -1}
              found={Math.floor(found / BLOCK) === index ? found : -1}
            />
          </div>
        ))}
      </div>
    </div>
  );
}

interface BlockProps {
  buffer: OutputBuffer;
  index: number;
  /** Only the last block grows: all others stay as they were drawn. */
  version: number;
  found: number;
}

const Block = memo(function Block({ buffer, index, found }: BlockProps) {
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => line.current?.scrollIntoView({ block: "center" }), [found]);
  const first = index * BLOCK;
  return buffer.lines.slice(first, first + BLOCK).map((content, i) => (
    <div key={i} ref={first + i === found ? line : undefined} className={first + i === found ? "line found" : "line"}>
      <AnsiText>{content}</AnsiText>
    </div>
  ));
});
