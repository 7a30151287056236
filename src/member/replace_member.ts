import { CarillonError } from "../runtime/mod.ts";
import type { Asker } from "./ask.ts";
import { ClusterApi, type ListedMember } from "./cluster_api.ts";
import { livingAt } from "./living.ts";

/** What is to be replaced by what. */
export interface Replacement {
  /** Name of the member that is gone for good. */
  name: string;
  /** Peer address of the machine that takes its place. */
  peerUrl: string;
}

/**
 * Takes a dead member out of the cluster and lets another address in, by a member at one of `urls` that has a quorum.
 * Answers the `--cluster` text from now on. Throws `not_found` for a name that is none of the members', `invalid` for an
 * address that cannot be used, `stale` for a member that still answers, `unavailable` without a quorum.
 */
export async function replaceMember(
  asker: Asker,
  urls: readonly string[],
  { name, peerUrl }: Replacement,
): Promise<string> {
  const api = new ClusterApi(asker, urls);
  const url = await api.healthyUrl();
  const members = await api.members(url);
  const former = members.find((member) => member.name === name);
  const newcomer = members.find((member) => member.peerUrls.includes(peerUrl));
  if (!former) throw unknown(name, members);
  checkAddress(name, peerUrl);
  if (newcomer && newcomer !== former) {
    throw new CarillonError("invalid", `Cannot replace "${name}": ${peerUrl} is the address of "${newcomer.name}"`);
  }
  await refuseLiving(asker, former);
  await api.remove(url, former.id);
  await api.add(url, peerUrl);
  return members.map((member) => `${member.name}=${member === former ? peerUrl : member.peerUrls[0]}`).sort().join(",");
}

function checkAddress(name: string, peerUrl: string): void {
  if (/^https?:\/\/[^/?#@]+:\d{1,5}$/.test(peerUrl) && URL.canParse(peerUrl)) return;
  const form = "write an address with its port, like http://10.0.0.4:2380";
  throw new CarillonError("invalid", `Cannot replace "${name}" by "${peerUrl}": ${form}`);
}

function unknown(name: string, members: readonly ListedMember[]): CarillonError {
  const there = members.map((member) => member.name || "one that never started").join(", ");
  const hint = "a server whose place is free joins by itself when it is started";
  return new CarillonError("not_found", `Cannot replace "${name}": the members are ${there}; ${hint}`);
}

async function refuseLiving(asker: Asker, former: ListedMember): Promise<void> {
  const url = await livingAt(asker, former);
  if (url === undefined) return;
  const reason = `it answers at ${url}; stop its server first, or replace the one that is really gone`;
  throw new CarillonError("stale", `Cannot replace "${former.name}": ${reason}`);
}
