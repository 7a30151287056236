/** `deno task bench [NAME...] [--quick] [--json FILE] [--slots N] [--rate N] [--deno-flag FLAG]`: prints a table of figures. */
import { parseArgs } from "node:util";
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
  hundredThousand,
  engines,
  cluster,
];

const { values, positionals } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "string" },
    slots: { type: "string", default: "256" },
    rate: { type: "string", default: "3000" },
    "deno-flag": { type: "string", multiple: true, default: [] },
  },
});
Deno.exitCode = await main();

async function main(): Promise<number> {
  const unknown = positionals.filter((name) => !FIGURES.some((figure) => figure.name === name));
  if (unknown.length > 0) {
    console.error(`Cannot measure "${unknown.join(", ")}": known are ${FIGURES.map(({ name }) => name).join(", ")}`);
    return 2;
  }
  const options: BenchOptions = {
    quick: values.quick,
    denoFlags: values["deno-flag"],
    slots: Number(values.slots),
    rate: Number(values.rate),
  };
  console.log(machineLine());
  const rows: Row[] = [];
  for (const figure of FIGURES.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
    for await (const row of rowsOf(figure, options)) {
      rows.push(row);
      print(row);
    }
  }
  if (values.json !== undefined) {
    await Deno.writeTextFile(values.json, JSON.stringify({ machine: machineLine(), options, rows }, null, 2));
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
