import { z } from "zod";
import { messageOf } from "../runtime/mod.ts";
import type { Asker } from "./ask.ts";
import type { ClusterEntry } from "./cluster_text.ts";

/** Where members are asked for each other on their peer address: etcd answers there, and so does a server without data. */
export const MEMBERS_PATH = "/members";

/** What a server without data answers while it has no etcd yet. */
export const greetingSchema = z.object({ carillon: z.literal("empty"), name: z.string(), token: z.string() });
/** What a server without data answers while it has no etcd yet. */
export type Greeting = z.output<typeof greetingSchema>;

/** A member as etcd tells it on its peer address; ids are left out, as they are numbers too big for JSON. */
const peerMember = z.object({
  name: z.string().default(""),
  peerURLs: z.array(z.string()),
  clientURLs: z.array(z.string()).default([]),
}).transform(({ name, peerURLs: peerUrls, clientURLs: clientUrls }) => ({ name, peerUrls, clientUrls }));

/** A member that another one knows; it has no client addresses before its first start. */
export type PeerMember = z.output<typeof peerMember>;

const answerSchema = z.union([greetingSchema, z.array(peerMember)]);

/** What another server of the cluster says on its peer address. */
export type PeerAnswer =
  | { kind: "silent"; name: string; reason: string }
  | { kind: "empty"; name: string; token: string }
  | { kind: "etcd"; name: string; members: readonly PeerMember[] };

/** Asks one of the others what it is. Never throws: who does not answer is silent. */
export async function askPeer(asker: Asker, { name, peerUrl }: ClusterEntry, signal: AbortSignal): Promise<PeerAnswer> {
  try {
    const answer = answerSchema.parse(await asker.json(`${peerUrl}${MEMBERS_PATH}`, { signal }));
    if (Array.isArray(answer)) return { kind: "etcd", name, members: answer };
    return { kind: "empty", name, token: answer.token };
  } catch (thrown) {
    return { kind: "silent", name, reason: messageOf(thrown) };
  }
}
