import type { Kv, KvAtomic, KvEntry, KvIterator } from "./port.ts";

/** What is told of each call to a store: how long it took until it had an answer, in milliseconds, and whether it had one. */
export interface CallTimer {
  now(): number;
  observe(operation: "read" | "list" | "commit", tookMs: number, failed: boolean): void;
}

/** The same store, with a timer told of each call; of a list, of its first entry. */
export function timedKv(kv: Kv, timer: CallTimer): Kv {
  const timed = async <T>(operation: "read" | "list" | "commit", call: () => Promise<T>): Promise<T> => {
    const beganAt = timer.now();
    let failed = true;
    try {
      const answer = await call();
      failed = false;
      return answer;
    } finally {
      timer.observe(operation, timer.now() - beganAt, failed);
    }
  };
  return {
    get: (key) => timed("read", () => kv.get(key)),
    getMany: (keys) => timed("read", () => kv.getMany(keys)),
    list: (selector, options) => timedList(kv.list(selector, options), (first) => timed("list", first)),
    atomic: () => timedAtomic(kv.atomic(), (commit) => timed("commit", commit)),
    watch: (keys) => kv.watch(keys),
    close: () => kv.close(),
  };
}

function timedAtomic(
  atomic: KvAtomic,
  timed: (commit: KvAtomic["commit"]) => ReturnType<KvAtomic["commit"]>,
): KvAtomic {
  const commit = atomic.commit.bind(atomic);
  // The same object: an engine's queue and bells add to it what is theirs.
  return Object.assign(atomic, { commit: () => timed(commit) });
}

type First = () => Promise<IteratorResult<KvEntry>>;

function timedList(list: KvIterator, timed: (first: First) => ReturnType<First>): KvIterator {
  return {
    get cursor() {
      return list.cursor;
    },
    [Symbol.asyncIterator]() {
      const entries = list[Symbol.asyncIterator]();
      let next: First = () => timed(() => entries.next());
      return {
        next() {
          const answer = next();
          next = () => entries.next(); // no more than a call for the others: lists are long
          return answer;
        },
        return: () => entries.return?.() ?? Promise.resolve({ done: true, value: undefined }),
      };
    },
  };
}
