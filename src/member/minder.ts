import { type Clock, type Log, messageOf } from "../runtime/mod.ts";
import { admit } from "./admit.ts";
import type { Asker, TlsPems } from "./ask.ts";
import { type ClusterPlan, textOf } from "./cluster_text.ts";
import { checkNote, hasData, writeNote } from "./data_note.ts";
import { type Admission, etcdArgs, etcdEnv } from "./etcd_args.ts";
import { type EtcdEnd, EtcdProcess } from "./etcd_process.ts";
import { explainEnd } from "./last_words.ts";
import type { MemberOptions } from "./options.ts";

/** Shortest and longest pause before etcd is started again, in milliseconds. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;

/** After so long a life the next pause is short again, in milliseconds. */
const LONG_LIFE_MS = 60_000;

/** What it takes to mind a member. */
export interface MinderDeps {
  clock: Clock;
  log: Log;
  env: Readonly<Record<string, string>>;
  asker: Asker;
  pems: TlsPems | undefined;
}

/** Keeps this server's etcd running on its data directory. */
export class Minder {
  readonly #deps: MinderDeps;
  readonly #plan: ClusterPlan;
  readonly #options: MemberOptions;
  readonly #dir: string;
  #pauseMs = FIRST_PAUSE_MS;
  #isRunning = false;

  /** `dir` is where etcd's own data lie; nobody else has it. */
  constructor(deps: MinderDeps, plan: ClusterPlan, options: MemberOptions, dir: string) {
    this.#deps = deps;
    this.#plan = plan;
    this.#options = options;
    this.#dir = dir;
  }

  /** False while there is no etcd: it waits to come in, or between two lives. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /**
   * Starts etcd, and starts it again whenever it ends, until `signal` aborts; then ends it. Throws what another try
   * cannot mend, as long as `isNew` answers true; a member that has worked before is tried again whatever it says, as its
   * server has the other members meanwhile.
   */
  async run(signal: AbortSignal, isNew: () => boolean): Promise<void> {
    const { clock, log } = this.#deps;
    while (!signal.aborted) {
      const reason = await this.#once(signal).catch((thrown: unknown) => {
        if (isNew()) throw thrown;
        return messageOf(thrown);
      });
      this.#isRunning = false;
      if (reason === undefined || signal.aborted) return;
      log.error(reason, { startedAgainInMs: this.#pauseMs });
      await clock.sleep(this.#pauseMs, signal);
      this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  /** One life of etcd: answers why it ended, undefined when `signal` asked for it. */
  async #once(signal: AbortSignal): Promise<string | undefined> {
    const { clock, log } = this.#deps;
    const admission = await this.#admission(signal);
    if (!admission || signal.aborted) return undefined;
    const args = etcdArgs(this.#plan, this.#options, this.#dir, admission);
    const startedMs = clock.monotonic();
    const env = etcdEnv(this.#deps.env);
    const etcd = new EtcdProcess({ clock, log, env }, this.#options.etcdBinary, args);
    this.#isRunning = true;
    log.info("etcd started", { pid: etcd.pid, member: this.#plan.own.name, dir: this.#dir });
    const { code, lines } = await endedOrStopped(etcd, signal);
    if (signal.aborted) return undefined;
    if (clock.monotonic() - startedMs > LONG_LIFE_MS) this.#pauseMs = FIRST_PAUSE_MS;
    const { error, final } = explainEnd(this.#plan.own.name, this.#dir, code, lines);
    if (final) throw error;
    return error.message;
  }

  /** With data, etcd knows by itself where it belongs; the cluster's text then only has to be there. */
  async #admission(signal: AbortSignal): Promise<Admission | undefined> {
    const { clock, log, asker, pems } = this.#deps;
    const { listenHost } = this.#options;
    if (await hasData(this.#dir)) {
      await checkNote(this.#dir, this.#plan);
      await writeNote(this.#dir, this.#plan);
      return { state: "existing", initialCluster: textOf(this.#plan.entries) };
    }
    const admission = await admit({ clock, log, asker, pems, listenHost }, this.#plan, signal);
    if (admission) await writeNote(this.#dir, this.#plan);
    return admission;
  }
}

async function endedOrStopped(etcd: EtcdProcess, signal: AbortSignal): Promise<EtcdEnd> {
  const stop = () => void etcd.stop();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await etcd.ended;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
