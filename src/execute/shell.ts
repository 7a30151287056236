import { type Clock, type Issue, type Log, messageOf } from "../runtime/mod.ts";
import { type ShellConfig, shellConfigSchema } from "../model/shell_config.ts";
import { findAccount } from "./account.ts";
import { splitArgv } from "./argv.ts";
import { allowedEnvironment, tracedEnvironment } from "./child_env.ts";
import { parseConfig, type Parsed, parseOption, reasonOfIssues } from "./config.ts";
import type { Executor, ExecutorContext, ExecutorResult } from "./executor.ts";
import { GatedChild } from "./gated_child.ts";
import { MemoryWatch } from "./memory_watch.ts";
import { findProgram } from "./program.ts";
import { runChild } from "./shell_run.ts";
import { stopReasonOf } from "./stop_reason.ts";

/** A config that can be run: its options read, and its command as argv. */
type Command = ShellConfig & { argv: readonly string[] };

/** Runs commands of this machine, each in a process group of its own. */
export class ShellExecutor implements Executor {
  readonly name = "shell";
  readonly #clock: Clock;
  /** The part of the agent's environment that jobs see. */
  readonly #env: Readonly<Record<string, string>>;
  readonly #memory: MemoryWatch;
  #setsid: Promise<string | undefined> | undefined;

  constructor(deps: { clock: Clock; env: Readonly<Record<string, string>>; log: Log }) {
    this.#clock = deps.clock;
    this.#env = allowedEnvironment(deps.env);
    this.#memory = new MemoryWatch({ clock: deps.clock, env: this.#env, log: deps.log });
  }

  validate(config: Readonly<Record<string, unknown>>): Issue[] {
    const parsed = readCommand(config);
    return parsed.ok ? [] : parsed.issues;
  }

  async run(context: ExecutorContext): Promise<ExecutorResult> {
    const command = readCommand(context.config);
    if (!command.ok) return failed(reasonOfIssues(this.name, command.issues));
    const child = await this.#spawn(command.value, context).catch(spawnReason);
    if (typeof child === "string") return failed(`Cannot start "${command.value.argv[0]}": ${child}`);
    try {
      const { pid, startedAtMs } = child;
      await context.processStarted({ pid, startedAtMs, executionId: context.executionId });
    } catch (thrown) {
      await child.abandon();
      throw thrown;
    }
    if (context.signal.aborted) {
      await child.abandon();
      return { ...failed("stopped before it began"), timedOut: stopReasonOf(context.signal).kind === "timeout" };
    }
    return await runChild({ clock: this.#clock, env: this.#env, memory: this.#memory }, child, command.value, context);
  }

  async #spawn({ argv, cwd, env, su }: Command, { jobName, executionId }: ExecutorContext): Promise<GatedChild> {
    const account = su && await findAccount(su, this.#env);
    this.#setsid ??= findProgram("setsid", this.#env);
    return new GatedChild({
      argv: [...account?.prefix ?? [], ...argv],
      cwd,
      env: {
        ...this.#env,
        ...account?.env,
        ...tracedEnvironment(),
        ...env,
        ENV_JOB_NAME: jobName,
        CARILLON_EXECUTION: executionId,
      },
      setsid: await this.#setsid,
      startedAtMs: this.#clock.now(),
    });
  }
}

/** Why a child could not be started, without Deno's name of the wrapper around it. */
function spawnReason(thrown: unknown): string {
  return messageOf(thrown).replace(/^Failed to spawn '[^']*': /, "");
}

function failed(reason: string): ExecutorResult {
  return { success: false, exitCode: null, reason };
}

function readCommand(config: Readonly<Record<string, unknown>>): Parsed<Command> {
  const parsed = parseConfig(shellConfigSchema, config);
  if (!parsed.ok) return parsed;
  const argv = parseOption("command", () => argvOf(parsed.value));
  return argv.ok ? { ok: true, value: { ...parsed.value, argv: argv.value } } : argv;
}

function argvOf({ command, shell }: ShellConfig): readonly string[] {
  if (typeof command !== "string") return command;
  return shell ? ["/bin/sh", "-c", command] : splitArgv(command);
}
