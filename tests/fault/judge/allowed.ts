/** What may come of a fault without being wrong. */
export interface Allowed {
  /** Runs that are lost with their node: it was harmed. */
  lost: boolean;
  /** Runs that go on after they were declared lost: their node was out of reach, and nothing told it to stop them. */
  outlives: boolean;
  /** The times that servers tell are wrong: their clocks were. */
  wrongClocks: boolean;
}

/** An agent is killed with its server. */
export const NODE_DIES: Allowed = { lost: true, outlives: false, wrongClocks: false };
