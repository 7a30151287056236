import assert from "node:assert/strict";
import { type Client, createClient } from "../../src/client/mod.ts";
import { CarillonProcess, WITHIN } from "./carillon_process.ts";
import { eventually } from "./eventually.ts";

const ANY_STATE = { state: "queued,running,success,failed,cancelled,timed_out,lost,skipped", output: "true" };

/** A server that runs no jobs, and folders for it, for agents and for what jobs write. */
export class Fleet implements AsyncDisposable {
  readonly dir: string;
  server: CarillonProcess & { port: number; url: string };
  readonly #agents: CarillonProcess[] = [];

  private constructor(dir: string, server: CarillonProcess & { port: number; url: string }) {
    this.dir = dir;
    this.server = server;
  }

  /** A fleet of a server alone. */
  static async open(): Promise<Fleet> {
    const dir = await Deno.makeTempDir({ prefix: "carillon-fleet-" });
    return new Fleet(dir, await CarillonProcess.server(`${dir}/server`));
  }

  /** A client of its server. */
  get client(): Client {
    return createClient({ baseUrl: this.server.url, fetch });
  }

  /** The server comes back where it was. */
  async restartServer(): Promise<void> {
    this.server = await CarillonProcess.server(`${this.dir}/server`, this.server.port);
  }

  /** An agent of this name, with a folder of its own. */
  agent(name: string, ...more: string[]): CarillonProcess {
    const own = more.includes("--data-dir") ? [] : ["--data-dir", `${this.dir}/${name}`];
    const args = ["start", "--join", this.server.url, "--node-name", name, ...own, ...more];
    const agent = new CarillonProcess(args);
    this.#agents.push(agent);
    return agent;
  }

  /** A job that notes its start, says something, waits for a file, and says more. Answers how to let it end. */
  async job(name: string, fields: Record<string, unknown> = {}): Promise<() => Promise<void>> {
    const at = `${this.dir}/${name}`;
    const command =
      `echo begun >> ${at}.marks; echo first; until test -e ${at}.go || ! test -d ${this.dir}; do sleep 0.05; done; echo last`;
    await this.client.apply({
      name,
      schedule: "@manually",
      executor: "shell",
      executor_config: { shell: true, command },
      target: "one",
      ...fields,
    }, { strict: true });
    return () => Deno.writeTextFile(`${at}.go`, "");
  }

  /** How often a job was really begun. */
  begun(name: string): number {
    try {
      return Deno.readTextFileSync(`${this.dir}/${name}.marks`).split("\n").length - 1;
    } catch (thrown) {
      if (thrown instanceof Deno.errors.NotFound) return 0;
      throw thrown;
    }
  }

  /** Waits until the executions of a job are in these states; answers the outputs. */
  async states(name: string, ...expected: string[]): Promise<string[]> {
    return await eventually(async () => {
      const { executions } = await this.client.executions(name, { ...ANY_STATE, _order: "ASC" });
      assert.deepEqual(executions.map(({ state }) => state), expected);
      return executions.map(({ output }) => output);
    }, WITHIN);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const agent of this.#agents) await agent[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
    await Deno.remove(this.dir, { recursive: true });
  }
}
