import { z } from "zod";
import type { Node } from "../../src/model/mod.ts";
import { rfc3339OrNull } from "./rfc3339.ts";

/** Serf's numbers for the state of a member. */
const STATUS = { alive: 1, left: 3, failed: 4 } as const;

const leaderShape = {
  Name: z.string(),
  Addr: z.string(),
  Port: z.number().int(),
  Tags: z.record(z.string(), z.string()),
  Status: z.number().int(),
  ProtocolMin: z.number().int(),
  ProtocolMax: z.number().int(),
  ProtocolCur: z.number().int(),
  DelegateMin: z.number().int(),
  DelegateMax: z.number().int(),
  DelegateCur: z.number().int(),
};

/** A node as `/v1/leader` answers it. */
export const leaderAnswerSchema = z.object(leaderShape);
/** A node as `/v1/leader` answers it. */
export type LeaderAnswer = z.infer<typeof leaderAnswerSchema>;

/** A node as `/v1/members` answers it. */
export const memberAnswerSchema = z.object({
  id: z.string(),
  ...leaderShape,
  statusText: z.enum(["alive", "left", "failed"]),
  /** It takes no more work. */
  draining: z.boolean(),
  /** How many runs it takes at once; 0 where it runs none. */
  slots: z.number().int(),
  /** Runs that it has now. */
  running: z.number().int(),
  executors: z.array(z.string()),
  /** Null for a server that runs no jobs. */
  registered_at: z.string().nullable(),
  /** When this server last heard of it; null where it has not since its own start. */
  last_seen_at: z.string().nullable(),
});
/** A node as `/v1/members` answers it. */
export type MemberAnswer = z.infer<typeof memberAnswerSchema>;

/** A node's state as the cluster sees it. */
export interface NodeState {
  node: Node;
  state: "alive" | "failed" | "left";
}

/** What is known of a node at some moment. */
export interface NodeNow extends NodeState {
  /** Runs that it has. */
  running: number;
  /** Epoch milliseconds; null where nothing was heard of it. */
  lastSeenAt: number | null;
}

/** A node in the shape of a member of Dkron's gossip; its versions, which have no meaning here, are fixed. */
export function leaderAnswer({ node, state }: NodeState): LeaderAnswer {
  const { host, port } = hostAndPort(node.address);
  return {
    Name: node.name,
    Addr: host,
    Port: port,
    Tags: memberTags(node),
    Status: STATUS[state],
    ProtocolMin: 1,
    ProtocolMax: 5,
    ProtocolCur: 2,
    DelegateMin: 2,
    DelegateMax: 5,
    DelegateCur: 4,
  };
}

/** The same with the node's id, which is the same on every request, and its state in words. */
export function memberAnswer(member: NodeNow): MemberAnswer {
  const { node, state } = member;
  return {
    id: node.id,
    ...leaderAnswer(member),
    statusText: state,
    draining: node.draining !== null,
    slots: node.slots,
    running: member.running,
    executors: node.executors,
    registered_at: rfc3339OrNull(node.registeredAt || null),
    last_seen_at: rfc3339OrNull(member.lastSeenAt),
  };
}

/** A node's tags, with what Dkron puts beside them. */
export function memberTags(node: Node): Record<string, string> {
  return { version: node.version, ...(node.server ? { server: "true" } : {}), ...node.tags };
}

function hostAndPort(address: string): { host: string; port: number } {
  const [, host = address, port = "0"] = /^\[?([^\]]*?)\]?:(\d{1,5})$/.exec(address) ?? [];
  return host.includes(":") && !address.startsWith("[") ? { host: address, port: 0 } : { host, port: Number(port) };
}
