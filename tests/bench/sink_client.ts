import { Child } from "./child.ts";

/** When a job's call came, epoch milliseconds. */
export interface Receipt {
  job: number;
  atMs: number;
}

/** The receiver of the jobs' calls. */
export class Sink implements AsyncDisposable {
  readonly #child: Child;
  readonly #base: string;

  private constructor(child: Child, port: number) {
    this.#child = child;
    this.#base = `http://127.0.0.1:${port}`;
  }

  /** Starts one. */
  static async start(): Promise<Sink> {
    const { child, port } = await Child.start("sink.ts", [], []);
    return new Sink(child, port);
  }

  /** The address that job number `job` is to call. */
  urlOf(job: number): string {
    return `${this.#base}/${job}`;
  }

  /** How many calls came since the last `take`. */
  async count(): Promise<number> {
    return Number(await (await fetch(`${this.#base}/count`)).text());
  }

  /** The calls that came since the last `take`, in order. */
  async take(): Promise<Receipt[]> {
    const pairs = new Float64Array(await (await fetch(`${this.#base}/take`)).arrayBuffer());
    return Array.from(
      { length: pairs.length / 2 },
      (_, i) => ({ job: pairs[2 * i] ?? 0, atMs: pairs[2 * i + 1] ?? 0 }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
  }
}
