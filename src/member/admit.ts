import { CarillonError, type Clock, type Log, messageOf } from "../runtime/mod.ts";
import { decideAdmission } from "./admission.ts";
import type { Asker, TlsPems } from "./ask.ts";
import { type ClusterPlan, textOf } from "./cluster_text.ts";
import type { Admission } from "./etcd_args.ts";
import { greet } from "./greeter.ts";
import { joinRunning } from "./join_running.ts";
import { askPeer, type PeerAnswer } from "./peer_answer.ts";

/** Pause between two rounds of asking, in milliseconds. */
const ROUND_MS = 300;

/** How often it is said what is waited for, in milliseconds. */
const SAY_EVERY_MS = 5_000;

/** What it takes to bring in a member without data. */
export interface AdmitDeps {
  clock: Clock;
  log: Log;
  asker: Asker;
  pems: TlsPems | undefined;
  listenHost: string | undefined;
}

/**
 * Finds out how a member without data comes in, however long that takes. Answers undefined when `signal` aborts first.
 * Throws what someone has to put right.
 */
export async function admit(deps: AdmitDeps, plan: ClusterPlan, signal: AbortSignal): Promise<Admission | undefined> {
  const { clock, listenHost, pems } = deps;
  await using _greeter = greet(plan, { clock, listenHost, pems });
  const said = new Waiting(deps, plan);
  while (!signal.aborted) {
    const answers = await Promise.all(plan.others.map((other) => askPeer(deps.asker, other, signal)));
    const outcome = await oneRound(deps, plan, answers, signal);
    if (!Array.isArray(outcome)) return outcome;
    if (!signal.aborted) said.because(outcome);
    await clock.sleep(ROUND_MS, signal);
  }
  return undefined;
}

/** One look: how to come in, or why not yet. */
async function oneRound(
  { asker, log }: AdmitDeps,
  plan: ClusterPlan,
  answers: readonly PeerAnswer[],
  signal: AbortSignal,
): Promise<Admission | string[]> {
  const decision = decideAdmission(plan, answers);
  switch (decision.kind) {
    case "begin":
      return { state: "new", initialCluster: textOf(plan.entries) };
    case "wait":
      return decision.reasons;
    case "refuse":
      throw new CarillonError("invalid", `Cannot start etcd member "${plan.own.name}": ${decision.reason}`);
    case "join":
      return await joinRunning({ asker, log, signal }, plan, answers).catch(reasonToWait);
    default:
      return decision satisfies never;
  }
}

/** What a cluster in trouble answers may pass; what someone has to put right does not. */
function reasonToWait(thrown: unknown): string[] {
  if (thrown instanceof CarillonError && thrown.code === "invalid") throw thrown;
  return [messageOf(thrown)];
}

/** Says what is waited for, once in a while. */
class Waiting {
  readonly #deps: AdmitDeps;
  readonly #plan: ClusterPlan;
  #saidAtMs = -Infinity;

  constructor(deps: AdmitDeps, plan: ClusterPlan) {
    this.#deps = deps;
    this.#plan = plan;
  }

  because(reasons: readonly string[]): void {
    const nowMs = this.#deps.clock.monotonic();
    if (nowMs - this.#saidAtMs < SAY_EVERY_MS) return;
    this.#saidAtMs = nowMs;
    const { own, entries } = this.#plan;
    this.#deps.log.info(
      `etcd member "${own.name}" waits to join a cluster of ${entries.length}: ${reasons.join("; ")}`,
    );
  }
}
