import { useEffect, useState } from "react";
import { messageOf } from "../../../runtime/mod.ts";
import { useData } from "../../data/data.tsx";
import { text } from "../../english.ts";
import { OutputBuffer } from "./output_buffer.ts";

/** How long to wait before a broken stream is opened again, in milliseconds. */
const AGAIN_AFTER_MS = 1_000;

/** Output as it stands; `version` changes whenever it does. */
export interface LiveOutput {
  buffer: OutputBuffer;
  version: number;
  isOver: boolean;
  /** Why it cannot be read now. */
  error: string | null;
}

/** Follows the output of an execution until that has ended: drawn anew once a frame, however much comes. */
export function useOutput(job: string, id: string): LiveOutput {
  const { client, clock } = useData();
  const [output, setOutput] = useState<LiveOutput>(() => ({ buffer: new OutputBuffer(), version: 0, isOver: false, error: null }));
  useEffect(() => {
    const stop = new AbortController();
    const buffer = new OutputBuffer();
    let frame = 0;
    const show = (changes: Partial<LiveOutput> = {}) => {
      const now = () => setOutput((before) => ({ ...before, ...changes, buffer, version: before.version + 1 }));
      if (Object.keys(changes).length > 0) return now();
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        now();
      });
    };
    const follow = async () => {
      let lastId: number | undefined;
      while (!stop.signal.aborted) {
        try {
          for await (const piece of client.follow(job, id, { lastId, signal: stop.signal })) {
            if (piece.kind === "end") return show({ isOver: true, error: null });
            if (piece.kind === "skipped") buffer.note(text.skipped(piece.bytes));
            else buffer.push(piece.data);
            if (piece.kind === "bytes") lastId = piece.id;
            show();
          }
        } catch (thrown) {
          if (!stop.signal.aborted) show({ error: messageOf(thrown) });
        }
        await clock.sleep(AGAIN_AFTER_MS, stop.signal);
      }
    };
    void follow();
    return () => {
      stop.abort();
      cancelAnimationFrame(frame);
    };
  }, [client, clock, job, id]);
  return output;
}
