/** How much an agent keeps, sends at once and waits; sizes in bytes, times in milliseconds. */
export interface AgentLimits {
  /** What is kept of one execution's output: its head and the last of the rest. */
  outputCapBytes: number;
  /** How much of the cap is for the beginning. */
  outputHeadBytes: number;
  /** Memory for the tails of all executions together; beyond it they go to files. */
  tailMemoryBytes: number;
  /** Disk for results and output that the server has not taken; beyond it output is dropped, results never. */
  spoolBytes: number;
  /** About how big one report may be. */
  reportBytes: number;
  /** With more ended executions than this not delivered, no more work is taken. */
  maxUndelivered: number;
  /** How long a poll may wait at the server. */
  pollWaitMs: number;
  /** How long the server may take for anything else before it counts as away. */
  callMs: number;
  /** How long a drained agent tries to deliver what it has. */
  deliverMs: number;
}

/** The limits where nothing else is asked for. */
export const DEFAULT_LIMITS: AgentLimits = {
  outputCapBytes: 1024 * 1024,
  outputHeadBytes: 64 * 1024,
  tailMemoryBytes: 16 * 1024 * 1024,
  spoolBytes: 64 * 1024 * 1024,
  reportBytes: 512 * 1024,
  maxUndelivered: 10_000,
  pollWaitMs: 5_000,
  callMs: 20_000,
  deliverMs: 5_000,
};
