import { messageOf } from "../runtime/mod.ts";
import { type Asker } from "./ask.ts";
import { type Alarm, ClusterApi, isHealthy, type ListedMember, type MemberStatus } from "./cluster_api.ts";

/** How one member is. */
export interface MemberReport {
  member: ListedMember;
  /** What it says of itself; the reason when it says nothing. */
  status: MemberStatus | { reason: string };
}

/** How the cluster is. */
export interface ClusterReport {
  members: readonly MemberReport[];
  alarms: readonly Alarm[];
  /** The leader's id; undefined where there is none. */
  leaderId: string | undefined;
  /** Whether the member that was asked can read and write. */
  healthy: boolean;
}

/** Asks the first of `urls` that answers for the cluster, and then each member for itself. Throws `unavailable`. */
export async function reportCluster(asker: Asker, urls: readonly string[]): Promise<ClusterReport> {
  const api = new ClusterApi(asker, urls);
  const { url, members } = await firstList(api, urls);
  const reports = await Promise.all(members.map(async (member) => ({ member, status: await statusOf(api, member) })));
  const leaderId = reports.flatMap(({ status }) => "leader" in status ? [status.leader] : []).find((id) => id !== "0");
  return {
    members: reports,
    alarms: await api.alarms(url).catch(() => []),
    leaderId,
    healthy: await isHealthy(asker, url).catch(() => false),
  };
}

async function firstList(api: ClusterApi, urls: readonly string[]): Promise<{ url: string; members: ListedMember[] }> {
  const failures: unknown[] = [];
  for (const url of urls) {
    try {
      return { url, members: await api.members(url) };
    } catch (thrown) {
      failures.push(thrown);
    }
  }
  throw failures[0];
}

async function statusOf(api: ClusterApi, { clientUrls }: ListedMember): Promise<MemberReport["status"]> {
  const reasons: string[] = [];
  for (const url of clientUrls) {
    try {
      return await api.status(url);
    } catch (thrown) {
      reasons.push(messageOf(thrown));
    }
  }
  return { reason: reasons[0] ?? "never started" };
}
