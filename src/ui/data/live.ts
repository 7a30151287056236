import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { EventPiece } from "../../client/mod.ts";
import { type Data, useData } from "./data.tsx";

/** Whether what is shown follows what happens. */
export type LiveState = "live" | "broken";

/** Lists are read again at most so often, in milliseconds: a busy cluster changes them all the time. */
const LISTS_EACH_MS = 2_000;

/** How long to wait before a broken stream is opened again, in milliseconds. */
const AGAIN_AFTER_MS = 2_000;

/** First words of the keys of what any execution changes. */
const LISTS = ["jobs", "busy", "queue", "plan", "members"] as const;

/** Follows what happens at any server, and has read again what that changes. To be used once. */
export function useLive(): LiveState {
  const data = useData();
  const queries = useQueryClient();
  const [state, setState] = useState<LiveState>("live");
  useEffect(() => {
    const stop = new AbortController();
    const changes = new Changes(queries);
    void Promise.all([follow(data, changes, setState, stop.signal), changes.run(data, stop.signal)]);
    return () => stop.abort();
  }, [data, queries]);
  return state;
}

async function follow(
  { client, clock }: Data,
  changes: Changes,
  tell: (state: LiveState) => void,
  signal: AbortSignal,
): Promise<void> {
  let last: string | undefined;
  while (!signal.aborted) {
    try {
      for await (const piece of client.events({ last, signal })) {
        last = piece.next;
        changes.note(piece);
        tell("live");
      }
    } catch {
      // Shown as "not live": what was missed is read when the stream is back.
    }
    if (signal.aborted) return;
    tell("broken");
    changes.askWho();
    await clock.sleep(AGAIN_AFTER_MS, signal);
  }
}

/** What has changed since it was last read again. */
class Changes {
  readonly #queries: QueryClient;
  readonly #lists = new Set<string>();

  constructor(queries: QueryClient) {
    this.#queries = queries;
  }

  /** Jobs are read again at once (few are looked at), lists a little later, and all after something was missed. */
  note(piece: EventPiece): void {
    if (piece.kind === "reset") return void this.#queries.invalidateQueries();
    const jobs = new Set(piece.events.flatMap((event) => event.kind === "node" ? [] : [event.job]));
    for (const job of jobs) void this.#queries.invalidateQueries({ queryKey: ["job", job] });
    const lists = piece.events.flatMap((event) => event.kind === "node" ? ["members", "queue"] : LISTS);
    for (const list of lists) this.#lists.add(list);
  }

  /** Who was signed in may be so no more: the door then asks. */
  askWho(): void {
    void this.#queries.invalidateQueries({ queryKey: ["me"] });
  }

  /** Has lists read again until `signal` aborts. */
  async run({ clock }: Data, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const list of this.#lists) void this.#queries.invalidateQueries({ queryKey: [list] });
      this.#lists.clear();
      await clock.sleep(LISTS_EACH_MS, signal);
    }
  }
}
