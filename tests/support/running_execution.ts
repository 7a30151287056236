import { identityOf, type QueuedExecution, type RunningExecution } from "../../src/model/mod.ts";

/** An execution that runs on node `n` in incarnation `i`, of job `u`. */
export const RUNNING: RunningExecution = {
  id: "01kdvdzp104n3yjs7nmf-0000-001",
  uid: "u",
  jobName: "job",
  revision: 1,
  group: "01kdvdzp104n3yjs7nmf",
  target: 0,
  attempt: 1,
  trigger: "schedule",
  dueAt: 1,
  requestedBy: null,
  groupCreatedAt: 1,
  queuedAt: 1,
  selector: "s",
  lane: 4,
  startDeadlineMs: 1,
  lone: false,
  state: "running",
  node: "n",
  incarnation: "i",
  claimedAt: 1,
  startedAt: 2,
  cancel: null,
};

/** The same while it waits in its queue, ready since the beginning of time and for a minute; with what is to be otherwise. */
export function queuedExecution(otherwise: Partial<QueuedExecution>): QueuedExecution {
  return { ...identityOf(RUNNING), startDeadlineMs: 60_000, state: "queued", readyAt: 0, ...otherwise };
}
