import { type Clock, type Log, messageOf } from "../runtime/mod.ts";
import type { Asker } from "./ask.ts";
import { isHealthy } from "./cluster_api.ts";
import type { ClusterPlan } from "./cluster_text.ts";

/** Pause between two looks at a member that is not ready, and at one that is, in milliseconds. */
const IMPATIENT_MS = 200;
const PATIENT_MS = 2_000;

/** How often it is said what is waited for, in milliseconds. */
const SAY_EVERY_MS = 5_000;

/** What it takes to watch a member. */
export interface HealthWatchDeps {
  clock: Clock;
  log: Log;
  asker: Asker;
  /** False while there is no etcd to ask, which others speak of. */
  isRunning: () => boolean;
}

/** Watches whether this server's own member has a leader and a quorum, and says what is missing. */
export class HealthWatch {
  readonly #deps: HealthWatchDeps;
  readonly #plan: ClusterPlan;
  readonly #url: string;
  readonly #ready = Promise.withResolvers<void>();
  #healthy = false;
  #saidAtMs: number;

  /** `url` is where the member takes this server as a client. */
  constructor(deps: HealthWatchDeps, plan: ClusterPlan, url: string) {
    this.#deps = deps;
    this.#plan = plan;
    this.#url = url;
    this.#saidAtMs = deps.clock.monotonic();
  }

  /** Resolves once the member has been healthy. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Looks again and again until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#deps.isRunning()) await this.#once(signal);
      await this.#deps.clock.sleep(this.#healthy ? PATIENT_MS : IMPATIENT_MS, signal);
    }
  }

  async #once(signal: AbortSignal): Promise<void> {
    const problem = await this.#look(signal);
    if (signal.aborted) return;
    if (problem === undefined) this.#good();
    else await this.#bad(problem, signal);
  }

  async #look(signal: AbortSignal): Promise<string | undefined> {
    try {
      return await isHealthy(this.#deps.asker, this.#url, signal) ? undefined : "it has no leader";
    } catch (thrown) {
      return messageOf(thrown);
    }
  }

  #good(): void {
    if (!this.#healthy) {
      this.#deps.log.info("The etcd cluster has a leader", { member: this.#plan.own.name });
    }
    this.#healthy = true;
    this.#ready.resolve();
  }

  async #bad(reason: string, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps;
    const first = this.#healthy;
    this.#healthy = false;
    if (!first && clock.monotonic() - this.#saidAtMs < SAY_EVERY_MS) return;
    this.#saidAtMs = clock.monotonic();
    const missing = await this.#missing(signal);
    const { entries } = this.#plan;
    const needed = Math.floor(entries.length / 2) + 1;
    const who = missing.length > 0 ? `, waiting for ${missing.join(", ")}` : "";
    const quorum = `${entries.length - missing.length} of ${entries.length} servers are there and ${needed} are needed`;
    log.warn(`The etcd cluster is not ready: ${quorum}${who}`, { reason });
  }

  async #missing(signal: AbortSignal): Promise<string[]> {
    const { asker } = this.#deps;
    const asked = this.#plan.others.map(async ({ name, peerUrl }) => {
      const there = await asker.json(`${peerUrl}/version`, { signal }).then(() => true, () => false);
      return there ? [] : [name];
    });
    return (await Promise.all(asked)).flat();
  }
}
