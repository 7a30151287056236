import { NodeProcess } from "../node_process.ts";
import type { NodeSettings } from "../node_settings.ts";

/** A node of a fleet, through all its lives: the same name, folder and port. */
export class FleetNode {
  readonly name: string;
  readonly #settings: NodeSettings;
  readonly #env: Record<string, string>;
  #process: NodeProcess | undefined;
  #held = false;

  constructor(settings: NodeSettings, env: Record<string, string>) {
    this.name = settings.name;
    this.#settings = settings;
    this.#env = env;
  }

  /** The address of its API; empty for an agent. */
  get url(): string {
    return this.#settings.role === "server" ? `http://${this.#settings.httpAddr}` : "";
  }

  /** Whether it runs and is not held still. */
  get isUp(): boolean {
    return this.#process !== undefined && !this.#held;
  }

  /** Starts it; a server listens then. */
  async start(): Promise<void> {
    this.#process = new NodeProcess(this.#settings, this.#env);
    if (this.#settings.role === "server") await this.#process.listening();
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    await this.#process?.kill();
    this.#process = undefined;
    this.#held = false;
  }

  /** Asks it to stop, and waits until it has. */
  async stop(): Promise<void> {
    await this.#process?.stop();
    this.#process = undefined;
  }

  /** Holds it still: its connections stay open and nothing answers. */
  hold(): void {
    this.#process?.signal("SIGSTOP");
    this.#held = true;
  }

  /** Lets it go on. */
  release(): void {
    this.#process?.signal("SIGCONT");
    this.#held = false;
  }

  /** Has it look at its clock's file again. */
  readClock(): void {
    this.#process?.signal("SIGUSR2");
  }
}
