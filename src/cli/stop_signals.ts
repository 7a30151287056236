import { type Clock, systemClock } from "../runtime/mod.ts";

/** Hands over the signals that the process gets; disposing stops that. */
export type SignalSource = (handler: (signal: StopSignal) => void) => Disposable;

/** A signal that asks the process to stop. */
export type StopSignal = "SIGINT" | "SIGTERM";

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const satisfies Record<StopSignal, number>;

/** What the signals so far ask for: the first a clean stop, the second the end at once. */
export interface StopSignals extends Disposable {
  readonly stop: AbortSignal;
  readonly hurry: AbortSignal;
  /** Resolves with the process's exit code at the second signal. */
  readonly hurried: Promise<number>;
}

/** The same signal within so long is one: a terminal sends Ctrl-C to a task runner and to us, and the runner sends it on. */
const SAME_SIGNAL_MS = 500;

/** Listens to SIGINT and SIGTERM until disposed. */
export function listenForStop(source: SignalSource, clock: Clock = systemClock): StopSignals {
  const stop = new AbortController();
  const hurry = new AbortController();
  const { promise: hurried, resolve } = Promise.withResolvers<number>();
  let first: { signal: StopSignal; atMs: number } | undefined;
  const listening = source((signal) => {
    const atMs = clock.monotonic();
    if (first === undefined) {
      first = { signal, atMs };
      return stop.abort();
    }
    if (first.signal === signal && atMs - first.atMs < SAME_SIGNAL_MS) return;
    resolve(EXIT_CODES[signal]);
    hurry.abort();
  });
  return {
    stop: stop.signal,
    hurry: hurry.signal,
    hurried,
    [Symbol.dispose]: () => listening[Symbol.dispose](),
  };
}

/** The signals of this process. */
export const processSignals: SignalSource = (handler) => {
  const onInt = () => handler("SIGINT");
  const onTerm = () => handler("SIGTERM");
  Deno.addSignalListener("SIGINT", onInt);
  Deno.addSignalListener("SIGTERM", onTerm);
  return {
    [Symbol.dispose]() {
      Deno.removeSignalListener("SIGINT", onInt);
      Deno.removeSignalListener("SIGTERM", onTerm);
    },
  };
};
