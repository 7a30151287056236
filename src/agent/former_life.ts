import { CarillonError, type Clock, type Log } from "../runtime/mod.ts";
import { within } from "./deadline.ts";
import { type Delivery, Outbox } from "./outbox.ts";
import type { AgentServer } from "./server_port.ts";
import type { Spool, Spooled } from "./spool.ts";
import { SpoolSource } from "./spool_source.ts";

/** What it takes to deliver the results of a former life. */
export interface FormerLifeDeps {
  server: Pick<AgentServer, "report">;
  clock: Clock;
  log: Log;
  spool: Spool;
  node: string;
  limits: { reportBytes: number; callMs: number };
  signal: AbortSignal;
}

/**
 * Reports what a former life left, in that life's own name and before the new one registers: registering makes the
 * former life's runs lost, and these are not. Output goes no other way. Answers what the server did not take, for the
 * new life to register with and to deliver.
 * Throws `unavailable` when the server is away; doing it all again then does no harm.
 */
export async function deliverFormerResults(deps: FormerLifeDeps, spooled: readonly Spooled[]): Promise<Spooled[]> {
  const left: Spooled[] = [];
  for (const [incarnation, results] of Map.groupBy(spooled, (one) => one.incarnation)) {
    const outbox = new Outbox(deps.limits.reportBytes);
    for (const one of results) outbox.add(deliveryOf(one, deps.spool));
    await reportAll(deps, incarnation, outbox);
    const missing = new Set([...outbox.deliveries()].map(({ result }) => result.execution));
    left.push(...results.filter(({ result }) => missing.has(result.execution)));
  }
  return left;
}

/** A spooled result, to be delivered. */
export function deliveryOf({ incarnation, result }: Spooled, spool: Spool): Delivery {
  const source = new SpoolSource(spool, result.execution);
  return { incarnation, result, source, spooled: true, notBeforeMs: 0 };
}

async function reportAll(deps: FormerLifeDeps, incarnation: string, outbox: Outbox): Promise<void> {
  const { server, clock, node, limits, spool, log, signal } = deps;
  const patience = { clock, ms: limits.callMs, signal };
  // Standing still: what is not taken is for the new life, not to be tried again here.
  const nowMs = clock.monotonic();
  for (let batch = outbox.next(nowMs); batch; batch = outbox.next(nowMs)) {
    try {
      const request = { node, incarnation, ...batch };
      const { done } = await within(patience, "report", (signal) => server.report(request, signal));
      for (const { result } of outbox.settle(batch, new Set(done), nowMs)) await spool.remove(result.execution);
    } catch (error) {
      if (!(error instanceof CarillonError) || error.code === "unavailable") throw error;
      log.info("The server does not take results of a former life in its name", { error });
      return;
    }
  }
}
