import { type ClusterPlan, textOf } from "./cluster_text.ts";
import type { PeerAnswer, PeerMember } from "./peer_answer.ts";

/** How a member without data comes in. */
export type AdmissionDecision =
  /** The cluster does not exist yet, or has never had this member's data: it starts as one of the first. */
  | { kind: "begin" }
  /** The cluster runs: the membership is put right with it, and this member joins. */
  | { kind: "join" }
  /** Not to be told yet, for these reasons. */
  | { kind: "wait"; reasons: string[] }
  | { kind: "refuse"; reason: string };

/**
 * Decides how a member without data comes in, from what the others say.
 *
 * A member that forgot its data must never begin anew under its old identity: it has forgotten its votes too, and a
 * survivor with data may yet come. So a cluster begins only when every one of its servers says that it has no data;
 * whoever comes later is told by those that run whether it ever was a part of them.
 *
 * @example
 * ```ts
 * import { decideAdmission } from "./admission.ts";
 * import { parseCluster } from "./cluster_text.ts";
 * decideAdmission(parseCluster("a=http://10.0.0.1:2380", "a"), []); // { kind: "begin" }
 * ```
 */
export function decideAdmission(plan: ClusterPlan, answers: readonly PeerAnswer[]): AdmissionDecision {
  const running = answers.filter((answer) => answer.kind === "etcd");
  if (running.length > 0) return decideWithRunning(plan, running.flatMap(({ members }) => members));
  const reasons = answers.flatMap((answer) => reasonOf(plan, answer));
  return reasons.length === 0 ? { kind: "begin" } : { kind: "wait", reasons };
}

function decideWithRunning({ own, entries }: ClusterPlan, members: readonly PeerMember[]): AdmissionDecision {
  const moved = members.find(({ name, peerUrls }) => name === own.name && !peerUrls.includes(own.peerUrl));
  if (moved) {
    return {
      kind: "refuse",
      reason: `the cluster knows "${own.name}" at ${moved.peerUrls.join(", ")}, not at ${own.peerUrl}; ` +
        `if the machine there is gone, say: carillon cluster replace ${own.name} --peer-url ${own.peerUrl}`,
    };
  }
  const sightings = members.filter(({ peerUrls }) => peerUrls.includes(own.peerUrl));
  const others = textOf(members.flatMap(({ name, peerUrls }) => peerUrls.map((peerUrl) => ({ name, peerUrl }))));
  const neverStarted = sightings.length > 0 &&
    sightings.every(({ name, clientUrls }) => name !== "" && clientUrls.length === 0);
  if (!neverStarted) return { kind: "join" };
  if (new Set(others.split(",")).symmetricDifference(new Set(textOf(entries).split(","))).size === 0) {
    return { kind: "begin" };
  }
  return { kind: "refuse", reason: `the others were started with another --cluster text (${others})` };
}

function reasonOf(plan: ClusterPlan, answer: PeerAnswer): string[] {
  switch (answer.kind) {
    case "silent":
      return [`${answer.name} does not answer (${answer.reason.split(": ").at(-1)})`];
    case "empty":
      return answer.token === plan.token ? [] : [`${answer.name} was started with another --cluster text`];
    case "etcd":
      return [];
    default:
      return answer satisfies never;
  }
}
