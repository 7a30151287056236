import { createApp } from "../../routes/mod.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { type FakeDeps, fakeDeps } from "../../tests/support/fake_deps.ts";
import { type Group, isEnded, outcomeOf } from "../model/mod.ts";
import { systemRandom } from "../runtime/mod.ts";
import { openEmbedded } from "../kv/mod.ts";
import type { Cli } from "./cli.ts";
import { systemFiles } from "./files.ts";
import { runCli } from "./run_cli.ts";
import type { serve } from "./serve.ts";
import type { StopSignal } from "./stop_signals.ts";

/** A command line over an API in this process, and what it printed. */
export interface FakeCli extends Cli {
  deps: FakeDeps;
  clock: FakeClock;
  /** Standard output and standard error so far. */
  printed: { out: string; err: string };
  files: Record<string, string>;
  /** Sends a signal to whoever listens. */
  signal: (signal: StopSignal) => void;
  /** Runs a command line; answers its exit code and what it printed. */
  run: (...args: string[]) => Promise<{ code: number; out: string; err: string }>;
}

const noServer: typeof serve = () => Promise.reject(new Error("no server in this test"));

/** A command line of its own over an empty API; `changes` replace parts. */
export function fakeCli(changes: Partial<Omit<Cli, "clock">> = {}): FakeCli {
  const deps = fakeDeps();
  deps.runs.ended = (group) => Promise.resolve(asItEnded(deps, group));
  const app = createApp(deps);
  const printed = { out: "", err: "" };
  const files: Record<string, string> = {};
  const handlers = new Set<(signal: StopSignal) => void>();
  const decoder = new TextDecoder();
  const note = (line: string) => void (printed.err += `${line}\n`);
  const cli: FakeCli = {
    deps,
    clock: new FakeClock(Date.now()),
    printed,
    files,
    terminal: {
      out: (data) => void (printed.out += typeof data === "string" ? data : decoder.decode(data)),
      note,
      colour: false,
    },
    env: {},
    random: systemRandom,
    fetch: (input, init) => app.request(input, init),
    readText: (path) =>
      files[path] === undefined ? Promise.reject(new Error("no such file")) : Promise.resolve(files[path]),
    disk: {
      ...systemFiles,
      read: (path) =>
        files[path] === undefined ? systemFiles.read(path) : Promise.resolve(new Blob([files[path]]).stream()),
    },
    readsTerminal: () => false,
    openEngine: openEmbedded,
    hostname: () => "host1",
    serve: noServer,
    serveAgent: () => Promise.reject(new Error("no agent in this test")),
    signals: (handler) => {
      handlers.add(handler);
      return { [Symbol.dispose]: () => void handlers.delete(handler) };
    },
    signal: (signal) => handlers.forEach((handler) => handler(signal)),
    version: "1.2.3",
    failures: { tell: (message) => note(`error: ${message}`), withStacks: false },
    ...changes,
    run: async (...args) => {
      printed.out = printed.err = "";
      const code = await runCli(args, cli);
      return { code, ...printed };
    },
  };
  return cli;
}

/** A group with the outcome of its executions; the fake's own answer is the group as it began. */
function asItEnded({ runs }: FakeDeps, group: Group): Group {
  const executions = (runs.executions.get(group.jobName) ?? []).filter((execution) => execution.group === group.id);
  return { ...group, state: "ended", outcome: outcomeOf(executions.filter(isEnded).map(({ state }) => state)) };
}

/** A job that writes a line. */
export const HELLO = 'name: hello\nschedule: "@every 1h"\nexecutor: shell\nexecutor_config: { command: echo hello }\n';
