import type { AuditTrail } from "../audit/mod.ts";
import type { Finisher } from "../finish/mod.ts";
import type { Assignment, Node, OutputChunk } from "../model/mod.ts";
import type { Clock, Log } from "../runtime/mod.ts";
import type { OpenExecutions, Store } from "../store/mod.ts";
import type { AssignedIndex } from "./assigned.ts";
import type { Broker } from "./broker.ts";
import type { Liveness } from "./liveness.ts";

/** Where output that agents send goes. */
export interface OutputSink {
  append(chunks: readonly OutputChunk[]): Promise<void>;
  /** Executions of these that somebody reads live, at this server or at another. */
  followed(executions: readonly string[]): string[];
  /** Calls `wake` when somebody begins to read one of a node's executions. */
  onFollow(wake: () => void): void;
}

/** Puts secrets into what is handed to a node. */
export interface SecretSource {
  /** The assignment with the secrets that it names, or why it cannot have them. Throws `unavailable`. */
  fill(assignment: Assignment, node: Node): Promise<{ assignment: Assignment } | { refusal: string }>;
}

/** What the agents' side of a server works with. */
export interface AgentsDeps {
  store: Store;
  open: OpenExecutions;
  broker: Broker;
  assigned: AssignedIndex;
  liveness: Liveness;
  finisher: Finisher;
  outputs: OutputSink;
  secrets: SecretSource;
  audit: AuditTrail;
  clock: Clock;
  log: Log;
}
