/** How the figures are to be taken. */
export interface BenchOptions {
  /** Shorter and smaller, for a look while one works; verdicts are then no more than hints. */
  quick: boolean;
  /** Extra flags of `deno run` for the servers, like `--cpu-prof`. */
  denoFlags: readonly string[];
  /** Slots of the servers' agents. */
  slots: number;
  /** Jobs that are due each second in the figure of sustained work. */
  rate: number;
  /** Whether the servers ask for tokens. */
  tokens: boolean;
}

/** One line of the table. */
export interface Row {
  work: string;
  target: string;
  measured: string;
  ok: boolean;
}

/** One thing that is measured; it starts what it needs and ends it. */
export interface Figure {
  name: string;
  /** Gives its rows as they come. */
  run(options: BenchOptions): AsyncIterable<Row>;
}
