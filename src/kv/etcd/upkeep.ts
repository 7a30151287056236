import { type Clock, type Log, messageOf, runForever } from "../../runtime/mod.ts";
import type { Members } from "./members.ts";
import { decodeAlarms, decodeTxn, encodeCompact, encodeReads, METHODS } from "./messages.ts";

/** What looks after a cluster works with. */
export interface UpkeepDeps {
  members: Members;
  clock: Clock;
  log: Log;
}

/** How often old revisions are dropped, in milliseconds; what happened in the last such time stays. */
const COMPACT_EACH_MS = 60_000;

/**
 * Looks after the cluster until `signal` aborts: drops the revisions that were old a minute ago, so that the store does
 * not grow with each write, and says what the cluster is alarmed about. Every server does, as none knows of the others:
 * dropping what another dropped already does no harm.
 */
export async function keepUp(deps: UpkeepDeps, signal: AbortSignal): Promise<void> {
  let before = 0;
  await runForever({ ...deps, name: "etcd upkeep" }, signal, async () => {
    await deps.clock.sleep(COMPACT_EACH_MS, signal);
    if (!signal.aborted) before = await upkeepOnce(deps, before);
  });
}

/** Drops what is older than the revision `before`, reports alarms, and answers the revision of now. */
export async function upkeepOnce({ members, log }: UpkeepDeps, before: number): Promise<number> {
  const { revision } = decodeTxn(await members.read(METHODS.txn, encodeReads([{ key: members.probe }])));
  if (before > 0) {
    await members.once(METHODS.compact, encodeCompact(before)).catch((thrown: unknown) => {
      log.debug(`Old revisions are not dropped: ${messageOf(thrown)}`); // another server was there first, or the next time
    });
  }
  for (const alarm of decodeAlarms(await members.read(METHODS.alarm, new Uint8Array()))) {
    if (alarm === "space") members.alarm();
    else log.error("ALARM: a member of etcd holds other data than the rest; replace it");
  }
  return revision;
}
