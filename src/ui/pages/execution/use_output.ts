import { useEffect, useState } from "react";
import type { OutputPiece } from "../../../client/mod.ts";
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
  const [output, setOutput] = useState<LiveOutput>(() => ({
    buffer: new OutputBuffer(),
    version: 0,
    isOver: false,
    error: null,
  }));
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
    const take = (piece: OutputPiece): number | undefined => {
      if (piece.kind === "skipped") buffer.note(text.skipped(piece.bytes));
      if (piece.kind === "bytes") buffer.push(piece.data);
      show();
      return piece.kind === "bytes" ? piece.id : undefined;
    };
    /** Answers whether the execution is over. */
    const followOnce = async (lastId: number | undefined, next: (id: number) => void): Promise<boolean> => {
      for await (const piece of client.follow(job, id, { lastId, signal: stop.signal })) {
        if (piece.kind === "end") return true;
        const taken = take(piece);
        if (taken !== undefined) next(taken);
      }
      return false;
    };
    const follow = async () => {
      let lastId: number | undefined;
      while (!stop.signal.aborted) {
        try {
          const isOver = await followOnce(lastId, (next) => lastId = next);
          if (isOver) return show({ isOver: true, error: null });
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
