import type { RunningExecution } from "../../src/model/mod.ts";

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
