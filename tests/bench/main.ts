import { Argument, Command } from "commander";
import { parseTask, wholeNumber } from "../support/task_command.ts";
import { apiRate } from "./api_rate.ts";
import { bigOutput } from "./big_output.ts";
import { burst } from "./burst.ts";
import { cluster } from "./cluster/cluster.ts";
import { engines } from "./engines.ts";
import type { BenchOptions, Figure, Row } from "./figure.ts";
import { lateness } from "./lateness.ts";
import { listSpeed } from "./list_speed.ts";
import { hundredThousand, restart } from "./restart.ts";
import { shellRate } from "./shell_rate.ts";
import { signIn } from "./sign_in.ts";
import { streams } from "./streams.ts";
import { sustained } from "./sustained.ts";

const FIGURES: readonly Figure[] = [
  lateness,
  sustained,
  burst,
  shellRate,
  apiRate,
  listSpeed,
  restart,
  bigOutput,
  streams,
  hundredThousand,
  engines,
  cluster,
  signIn,
];

const NAMES = FIGURES.map(({ name }) => name);

const command = new Command("deno task bench")
  .description("Takes figures, each against its target, and prints them as a table; fails when one is missed.")
  .addArgument(new Argument("[name...]", "the figures to take; all when none is named").choices(NAMES))
  .option("--quick", "shorter and smaller, for a look while one works", false)
  .option("--json <file>", "write the figures there too")
  .option("--slots <n>", "slots of the servers' agents", wholeNumber, 256)
  .option("--rate <n>", "jobs that are due each second in the figure of sustained work", wholeNumber, 3000)
  .option("--tokens", "have the servers ask for tokens, of agents, too", false)
  .option("--deno-flag <flag>", "an extra flag for the servers, like --cpu-prof", collect, []);

if (import.meta.main) {
  const { args } = parseTask(command);
  Deno.exitCode = await measure(args, command.opts<Options>());
}

interface Options {
  quick: boolean;
  json?: string;
  slots: number;
  rate: number;
  tokens: boolean;
  denoFlag: string[];
}

function collect(flag: string, before: string[]): string[] {
  return [...before, flag];
}

async function measure(names: readonly string[], { json, denoFlag, ...shared }: Options): Promise<number> {
  const options: BenchOptions = { ...shared, denoFlags: denoFlag };
  console.log(machineLine());
  const rows: Row[] = [];
  for (const figure of FIGURES.filter(({ name }) => names.length === 0 || names.includes(name))) {
    for await (const row of rowsOf(figure, options)) {
      rows.push(row);
      print(row);
    }
  }
  if (json !== undefined) {
    await Deno.writeTextFile(json, JSON.stringify({ machine: machineLine(), options, rows }, null, 2));
  }
  const missed = rows.filter(({ ok }) => !ok).length;
  console.log(`${rows.length - missed} of ${rows.length} ok; ${machineLine()}`);
  return missed === 0 ? 0 : 1;
}

/** A figure that cannot be taken is a missed one, and the others go on. */
async function* rowsOf(figure: Figure, options: BenchOptions): AsyncIterable<Row> {
  try {
    yield* figure.run(options);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    yield { work: figure.name, target: "-", measured: reason, ok: false };
  }
}

function machineLine(): string {
  const load = Deno.loadavg().map((value) => value.toFixed(2)).join(" ");
  return `Deno ${Deno.version.deno}, ${navigator.hardwareConcurrency} cores, load average ${load}`;
}

function print({ work, target, measured, ok }: Row): void {
  console.log(`${ok ? "ok    " : "missed"} | ${work.padEnd(62)} | ${target.padEnd(46)} | ${measured}`);
}
