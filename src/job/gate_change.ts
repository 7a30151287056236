import { emptyGate, type Execution, gatePolicyOf, isEnded, type Job, loneGroup } from "../model/mod.ts";
import {
  covered,
  executionKey,
  executionTable,
  type Found,
  gateKey,
  gateTable,
  groupKey,
  groupPrefix,
  groupTable,
  type OpenExecutions,
  putExecution,
  putGate,
  putGroup,
  putQueueEntry,
  putRunning,
  type Store,
  type StoreChange,
} from "../store/mod.ts";

/** Open groups that one edit may take into a gate, at most. */
const MOST_GROUPS = 60;

/** Checks of an edit that are not of such a group, the one that its commit keeps for its slot among them. */
const OTHER_CHECKS = 9;

/** A job that gets a gate: its open groups that hold none enter it as holders. */
export async function writeGateChange(
  change: StoreChange,
  { store, open }: { store: Store; open: OpenExecutions },
  job: Job,
): Promise<void> {
  const policy = gatePolicyOf(job.uid, job.definition);
  if (policy === null) return;
  const most = Math.max(1, Math.min(MOST_GROUPS, store.engine.profile.limits.checks - OTHER_CHECKS));
  const listed = await store.list(groupTable, { prefix: groupPrefix(job.uid) }, { reverse: true });
  const groups = listed.filter(({ value }) => value.state !== "ended" && value.gate === null).slice(0, most);
  const lone = (await open.ofJob(job.uid)).filter(({ value }) => value.lone).slice(0, most - groups.length);
  if (groups.length + lone.length === 0) return;
  const gate = await store.get(gateTable, gateKey(policy.key));
  const known = gate.value ?? emptyGate;
  const ids = [...groups.map(({ value }) => value.id), ...lone.map(({ value }) => value.group)];
  putGate(change, gate, { ...known, holders: [...known.holders, ...ids.map((group) => ({ uid: job.uid, group }))] });
  for (const group of groups) putGroup(change, group, { ...group.value, gate: policy.key });
  for (const found of lone) {
    const group = loneGroup(found.value);
    putGroup(change, covered(groupKey(job.uid, group.id)), { ...group, gate: policy.key });
    await writeAccompanied(change, store, found);
  }
}

/** A lone execution is lone no more: its group has got a record. */
async function writeAccompanied(change: StoreChange, store: Store, found: Found<Execution>): Promise<void> {
  const execution: Execution = { ...found.value, lone: false };
  if (execution.state === "queued") return putQueueEntry(change, found, execution);
  putRunning(change, found, execution);
  if (!isEnded(execution)) return;
  // Lost, and its place is held: its history says so too.
  const history = await store.get(executionTable, executionKey(execution.uid, execution.id));
  putExecution(change, history, execution);
}
