import { emptyGate, gatePolicyOf, type Group, type Job } from "../model/mod.ts";
import {
  type Found,
  gateKey,
  gateTable,
  groupPrefix,
  groupTable,
  putGate,
  putGroup,
  type Store,
  type StoreChange,
} from "../store/mod.ts";

/** Open groups that one edit may take into a gate: each is checked in its commit. */
const GROUPS_AT_MOST = 60;

/** A job that gets a gate: its open groups that hold none enter it as holders. */
export async function writeGateChange(change: StoreChange, store: Store, job: Job): Promise<void> {
  const policy = gatePolicyOf(job.uid, job.definition);
  if (policy === null) return;
  const groups = await store.list(groupTable, { prefix: groupPrefix(job.uid) }, { reverse: true });
  const open: Found<Group>[] = groups.filter(({ value }) => value.state !== "ended" && value.gate === null);
  if (open.length === 0) return;
  const gate = await store.get(gateTable, gateKey(policy.key));
  const known = gate.value ?? emptyGate;
  const entering = open.slice(0, GROUPS_AT_MOST);
  const holders = entering.map(({ value }) => ({ uid: job.uid, group: value.id }));
  putGate(change, gate, { ...known, holders: [...known.holders, ...holders] });
  for (const group of entering) putGroup(change, group, { ...group.value, gate: policy.key });
}
