import type { Assignment, Node } from "../model/mod.ts";
import { messageOf } from "../runtime/mod.ts";
import type { AgentsDeps } from "./agents_deps.ts";

type Deps = Pick<AgentsDeps, "secrets" | "finisher" | "log">;

/**
 * Claims with the secrets that they name, just before they go to their node: what is stored, and what is known of a claim,
 * has none. A claim that cannot have its secrets ends as failed, and is left out.
 */
export async function withSecretsOf(claims: readonly Assignment[], node: Node, deps: Deps): Promise<Assignment[]> {
  const filled = await Promise.all(claims.map((claim) => handOut(claim, node, deps)));
  return filled.flatMap((claim) => claim ?? []);
}

/** Null where it ended, and where the store did not answer: then its agent, which does not name it, is given it again. */
async function handOut(claim: Assignment, node: Node, { secrets, finisher, log }: Deps): Promise<Assignment | null> {
  try {
    const filled = await secrets.fill(claim, node);
    if ("assignment" in filled) return filled.assignment;
    const { execution, uid, jobName } = claim;
    log.warn(`Cannot run "${jobName}": ${filled.refusal}`, { execution });
    const how = { state: "failed", exitCode: null, reason: filled.refusal } as const;
    // It counts as started, so that it is listed with what ran: somebody has to see it.
    const times = { startedAfterMs: 0, finishedAfterMs: 0 };
    const output = { sizeBytes: 0, truncated: false, inline: null };
    const result = { execution, uid, ...how, ...times, output };
    await finisher.submit(uid, { kind: "result", node: node.name, result });
  } catch (thrown) {
    log.error(`Cannot hand out "${claim.jobName}" now: ${messageOf(thrown)}`, { execution: claim.execution });
  }
  return null;
}
