import type { Clock, Log } from "../runtime/mod.ts";
import { EtcdLog } from "./etcd_log.ts";

/**
 * How long etcd may take to end after SIGTERM, in milliseconds. It hands its leadership on in a few hundred; the last one of
 * a cluster that stops as a whole would wait 7 s for a successor.
 */
const STOP_GRACE_MS = 3_000;

/** How an etcd ended, with the last lines it said. */
export interface EtcdEnd {
  code: number;
  lines: EtcdLog["last"];
}

/** One run of the etcd program. */
export class EtcdProcess {
  /** Resolves when it has ended and its log is read. */
  readonly ended: Promise<EtcdEnd>;
  readonly pid: number;
  readonly #child: Deno.ChildProcess;
  readonly #clock: Clock;
  readonly #log: Log;

  /** Starts it. Throws what `Deno.Command` throws. */
  constructor(
    deps: { clock: Clock; log: Log; env: Readonly<Record<string, string>> },
    binary: string,
    args: readonly string[],
  ) {
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#child = new Deno.Command(binary, {
      args: [...args],
      env: { ...deps.env },
      clearEnv: true,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
      // A session of its own: the terminal's Ctrl-C is for the server, which ends etcd when it needs it no more.
      detached: true,
    }).spawn();
    this.pid = this.#child.pid;
    const log = new EtcdLog(deps.log, () => deps.clock.monotonic());
    this.ended = Promise.all([this.#child.status, log.read(this.#child.stderr)])
      .then(([{ code }]) => ({ code, lines: log.last }));
  }

  /** Ends it: SIGTERM, and SIGKILL when that takes too long, which loses nothing that was acknowledged. */
  async stop(): Promise<void> {
    this.#kill("SIGTERM");
    const gone = new AbortController();
    this.ended.then(() => gone.abort(), () => gone.abort());
    await this.#clock.sleep(STOP_GRACE_MS, gone.signal);
    if (!gone.signal.aborted) {
      this.#log.warn("etcd does not end by itself; it is killed, which loses nothing", { pid: this.pid });
      this.#kill("SIGKILL");
    }
    await this.ended;
  }

  #kill(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (thrown) {
      if (!(thrown instanceof TypeError) && !(thrown instanceof Deno.errors.NotFound)) throw thrown;
    }
  }
}
