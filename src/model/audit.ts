import { z } from "zod";

/** Who changes something, and where from. */
export interface Actor {
  /** The name of a token, or of a person who has signed in. */
  by: string;
  /** The address that the request came from; empty for what the cluster does by itself. */
  from: string;
}

/** What the cluster does by itself, like deleting an ephemeral job. */
export const THE_CLUSTER: Actor = { by: "carillon", from: "" };

/** What can be done to what. */
export const AUDIT_ACTIONS = [
  "job.create",
  "job.update",
  "job.delete",
  "job.toggle",
  "job.pause",
  "job.unpause",
  "job.run",
  "job.clear_history",
  "execution.cancel",
  "cluster.pause",
  "cluster.unpause",
  "cluster.refuse_jobs",
  "cluster.accept_jobs",
  "node.drain",
  "node.undrain",
  "node.declare_dead",
  "node.leave",
  "session.create",
  "session.refuse",
  "session.end",
  "user.store",
  "user.delete",
  "token.create",
  "token.revoke",
  "secret.set",
  "secret.delete",
  "secret.rotate",
] as const;
/** What was done. */
export type AuditAction = typeof AUDIT_ACTIONS[number];

/** One thing that somebody has changed: who, what, before and after. */
export const auditSchema = z.object({
  /** Epoch milliseconds. */
  at: z.number(),
  by: z.string(),
  from: z.string(),
  action: z.enum(AUDIT_ACTIONS),
  /** The job, node, token or secret that it was done to; empty for the cluster. */
  target: z.string(),
  /** The fields that differ, as JSON: null where there was, or is, nothing. A long one is cut. */
  changes: z.array(z.object({ field: z.string(), before: z.string().nullable(), after: z.string().nullable() })),
});
/** One thing that somebody has changed. */
export type AuditRecord = z.infer<typeof auditSchema>;

/** What is asked of the trail: the newest first, before `before`, of one target, action or person where those are given. */
export interface AuditQuery {
  target: string | null;
  action: AuditAction | null;
  by: string | null;
  /** Epoch milliseconds. */
  since: number;
  /** The id of the record before which to begin; null: with the newest. */
  before: string | null;
  limit: number;
}

/** A record of the trail with its id, which grows with time. */
export interface StoredAudit extends AuditRecord {
  id: string;
}
