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

/** Listens to SIGINT and SIGTERM until disposed. */
export function listenForStop(source: SignalSource): StopSignals {
  const stop = new AbortController();
  const hurry = new AbortController();
  const { promise: hurried, resolve } = Promise.withResolvers<number>();
  const listening = source((signal) => {
    if (!stop.signal.aborted) return stop.abort();
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
