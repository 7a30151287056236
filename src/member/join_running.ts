import { CarillonError, type Log } from "../runtime/mod.ts";
import type { Asker } from "./ask.ts";
import { ClusterApi, type ListedMember } from "./cluster_api.ts";
import type { ClusterPlan } from "./cluster_text.ts";
import type { Admission } from "./etcd_args.ts";
import { livingAt } from "./living.ts";
import type { PeerAnswer } from "./peer_answer.ts";

/** What it takes to join a running cluster. */
export interface JoinDeps {
  asker: Asker;
  log: Log;
  signal: AbortSignal;
}

/**
 * Puts the membership right for a member without data, with the quorum of the others, and answers how to start: a former
 * membership is taken out and a new one added, since the old one's votes are forgotten with its data. Each step looks
 * again at what is there, so it may be repeated after any failure. Throws `unavailable` when the others have no quorum
 * or do not want it yet, `invalid` when the cluster is complete without this one.
 */
export async function joinRunning(
  { asker, log, signal }: JoinDeps,
  plan: ClusterPlan,
  answers: readonly PeerAnswer[],
): Promise<Admission> {
  const api = new ClusterApi(asker, clientUrlsOf(plan, answers));
  const url = await api.healthyUrl(signal);
  let members = await api.members(url, signal);
  const former = members.find((member) => member.peerUrls.includes(plan.own.peerUrl));
  if (former && former.clientUrls.length > 0) {
    await refuseLiving(asker, former, signal);
    log.warn("This member has no data and the cluster knows it: its former membership is replaced", {
      member: plan.own.name,
      formerId: former.id,
    });
    await api.remove(url, former.id, signal);
    members = members.filter((member) => member !== former);
  }
  if (!former || former.clientUrls.length > 0) {
    if (members.length >= plan.entries.length) throw complete(plan, members);
    members = await api.add(url, plan.own.peerUrl, signal);
    log.info("Joining the running cluster; the data come from the others", { member: plan.own.name });
  }
  return { state: "existing", initialCluster: initialCluster(plan, members) };
}

function clientUrlsOf({ own, others }: ClusterPlan, answers: readonly PeerAnswer[]): string[] {
  const known = answers.flatMap((answer) => answer.kind === "etcd" ? answer.members : []);
  const listed = known.filter(({ peerUrls }) => !peerUrls.includes(own.peerUrl));
  return [...others.map(({ clientUrl }) => clientUrl), ...listed.flatMap(({ clientUrls }) => clientUrls)];
}

/** A member that still answers is not to be replaced: two servers would fight over one place. */
async function refuseLiving(asker: Asker, former: ListedMember, signal: AbortSignal): Promise<void> {
  const url = await livingAt(asker, former, signal);
  if (url === undefined) return;
  const reason = `an etcd answers at ${url}; does another server have this name, or does a system service run one?`;
  throw new CarillonError("unavailable", `Cannot join as "${former.name}": ${reason}`);
}

function complete(plan: ClusterPlan, members: readonly ListedMember[]): CarillonError {
  const there = members.map((member) => `${nameOf(plan, member)} (${member.peerUrls.join(", ")})`).join(", ");
  return new CarillonError(
    "invalid",
    `Cannot join as "${plan.own.name}": the cluster is complete without it: ${there}; ` +
      `if one of these is gone for good, say: carillon cluster replace NAME --peer-url ${plan.own.peerUrl}`,
  );
}

/** etcd goes by the addresses here; the names are for its log, except that our own must be ours. */
function initialCluster(plan: ClusterPlan, members: readonly ListedMember[]): string {
  return members.flatMap((member) => member.peerUrls.map((url) => `${nameOf(plan, member)}=${url}`)).join(",");
}

function nameOf(plan: ClusterPlan, { id, name, peerUrls }: ListedMember): string {
  return plan.entries.find(({ peerUrl }) => peerUrls.includes(peerUrl))?.name ?? (name || `member-${id}`);
}
