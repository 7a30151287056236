import { CarillonError, type Clock, messageOf } from "../runtime/mod.ts";
import type { Asker } from "./ask.ts";
import { ClusterApi, type ListedMember } from "./cluster_api.ts";
import { livingAt } from "./living.ts";

/** How long, and how often, the new address is tried to be let in, in milliseconds. */
const ADD_WITHIN_MS = 30_000;
const ADD_AGAIN_MS = 500;

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
  { asker, clock }: { asker: Asker; clock: Clock },
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
  const text = members.map((member) => `${member.name}=${member === former ? peerUrl : member.peerUrls[0]}`).sort()
    .join(",");
  await api.remove(url, former.id);
  await addPatiently(clock, () => api.add(url, peerUrl), name, text);
  return text;
}

/** etcd lets nobody in until its members have been connected for five seconds, which a loss may have interrupted. */
async function addPatiently(clock: Clock, add: () => Promise<unknown>, name: string, text: string): Promise<void> {
  const untilMs = clock.monotonic() + ADD_WITHIN_MS;
  for (;;) {
    try {
      await add();
      return;
    } catch (cause) {
      // Let in by a try whose answer was lost.
      if (/already exists/i.test(messageOf(cause))) return;
      if (clock.monotonic() > untilMs) throw halfDone(name, text, cause);
      await clock.sleep(ADD_AGAIN_MS);
    }
  }
}

function halfDone(name: string, text: string, cause: unknown): CarillonError {
  const next = `its place is free now, and its new server takes it by itself when it is started with --cluster ${text}`;
  const reason = `it is taken out, and the new address is not let in yet (${messageOf(cause)}); ${next}`;
  return new CarillonError("unavailable", `Cannot replace "${name}" all the way: ${reason}`, { cause });
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
