import { z } from "zod";
import { CarillonError, messageOf } from "../runtime/mod.ts";
import type { Asker } from "./ask.ts";

/** How long a change of the membership may take, in milliseconds: it needs a quorum. */
const CHANGE_MS = 10_000;

/** Addresses; etcd leaves empty lists out. */
const urls = z.array(z.string()).default([]);

/** A member as etcd's gateway lists it: one that was added and never started has no name, and no client addresses. */
const listedMember = z.object({ ID: z.string(), name: z.string().default(""), peerURLs: urls, clientURLs: urls })
  .transform(({ ID: id, name, peerURLs: peerUrls, clientURLs: clientUrls }) => ({ id, name, peerUrls, clientUrls }));

/** A member of the running cluster. `id` is a 64-bit number in decimal. */
export type ListedMember = z.output<typeof listedMember>;

const memberList = z.object({ members: z.array(listedMember).default([]) }).transform(({ members }) => members);

/** Counts are 64-bit and come as text; zeroes are left out. */
const count = z.coerce.number().default(0);

const memberStatus = z.object({
  version: z.string().default("unknown"),
  leader: z.string().default("0"),
  dbSize: count,
  dbSizeInUse: count,
  raftIndex: count,
  raftAppliedIndex: count,
}).transform(({ dbSize: sizeBytes, dbSizeInUse: usedBytes, ...rest }) => ({ ...rest, sizeBytes, usedBytes }));

/** What a member says of itself. `leader` is an id, "0" while there is none. */
export type MemberStatus = z.output<typeof memberStatus>;

const alarmList = z.object({ alarms: z.array(z.record(z.string(), z.unknown())).default([]) });

/** Standing trouble of a member, such as `NOSPACE` (its quota is used up, writes are refused) or `CORRUPT`. */
export interface Alarm {
  memberId: string;
  alarm: string;
}

/** The cluster's own affairs, by the HTTP gateway of whichever member answers. */
export class ClusterApi {
  readonly #asker: Asker;
  readonly #clientUrls: readonly string[];

  constructor(asker: Asker, clientUrls: readonly string[]) {
    this.#asker = asker;
    this.#clientUrls = [...new Set(clientUrls)];
  }

  /** The first member that answers and has a quorum. Throws `unavailable` when there is none, with each one's reason. */
  async healthyUrl(signal?: AbortSignal): Promise<string> {
    const reasons: string[] = [];
    for (const url of this.#clientUrls) {
      try {
        if (await isHealthy(this.#asker, url, signal)) return url;
        reasons.push(`${url} has no leader`);
      } catch (thrown) {
        reasons.push(messageOf(thrown));
      }
    }
    throw new CarillonError("unavailable", `Cannot find a member with a quorum: ${reasons.join("; ")}`);
  }

  /** The members as the quorum knows them. */
  async members(url: string, signal?: AbortSignal): Promise<ListedMember[]> {
    return memberList.parse(await this.#asker.json(`${url}/v3/cluster/member/list`, { body: {}, signal }));
  }

  /** Takes a member out for ever: its data directory is of no use afterwards. */
  async remove(url: string, id: string, signal?: AbortSignal): Promise<void> {
    await this.#asker.json(`${url}/v3/cluster/member/remove`, { body: { ID: id }, ms: CHANGE_MS, signal });
  }

  /** Lets a member join that listens for its peers at `peerUrl`; answers all members. */
  async add(url: string, peerUrl: string, signal?: AbortSignal): Promise<ListedMember[]> {
    const body = { peerURLs: [peerUrl] };
    return memberList.parse(await this.#asker.json(`${url}/v3/cluster/member/add`, { body, ms: CHANGE_MS, signal }));
  }

  /** What the member at `url` says of itself. */
  async status(url: string): Promise<MemberStatus> {
    return memberStatus.parse(await this.#asker.json(`${url}/v3/maintenance/status`, { body: {} }));
  }

  /** Alarms that stand, of all members. */
  async alarms(url: string): Promise<Alarm[]> {
    const answer = alarmList.parse(await this.#asker.json(`${url}/v3/maintenance/alarm`, { body: {} }));
    return answer.alarms.map((alarm) => ({
      memberId: String(alarm["memberID"] ?? "unknown"),
      alarm: String(alarm["alarm"] ?? "unknown"),
    }));
  }
}

const health = z.object({ health: z.union([z.string(), z.boolean()]) });

/** Whether the member at `url` can read and write, which takes a leader and a quorum. Throws when it does not answer. */
export async function isHealthy(asker: Asker, url: string, signal?: AbortSignal): Promise<boolean> {
  return String(health.parse(await asker.json(`${url}/health`, { signal })).health) === "true";
}
