import { z } from "zod";
import { isInScope, scopeSchema } from "./scope.ts";
import { fits } from "./selector.ts";

/** What a secret may be called. It begins with no digit, so that bash's own `${secret:3}` names none. */
export const SECRET_NAME = /^[A-Za-z_][A-Za-z0-9._-]{0,99}$/;

/** Longest value, in bytes of UTF-8. */
export const MAX_SECRET_BYTES = 32 * 1024;

/** Who is given a secret: jobs of such a name, on nodes that have all tags of one of the selectors. */
export const secretUseSchema = z.object({
  /** `*` stands for any characters. Empty: any job. */
  jobs: scopeSchema.shape.jobs,
  /** Empty: any node. */
  selectors: z.array(z.record(z.string().min(1).max(200), z.string().max(1000))).max(50),
});
/** Who is given a secret. */
export type SecretUse = z.infer<typeof secretUseSchema>;

/** What is stored of a secret, under its name: the value only as AES-GCM makes it, with the name as associated data. */
export const secretSchema = secretUseSchema.extend({
  /** Says which key reads it. */
  keyId: z.string(),
  /** Base64. */
  nonce: z.string(),
  /** Base64, the tag at the end. */
  sealed: z.string(),
  /** Epoch milliseconds. */
  updatedAt: z.number(),
  updatedBy: z.string(),
});
/** What is stored of a secret. */
export type Secret = z.infer<typeof secretSchema>;

/** A secret as it is told of, never with its value. */
export interface SecretInfo extends SecretUse {
  name: string;
  keyId: string;
  /** Whether this server has the key. */
  readable: boolean;
  updatedAt: number;
  updatedBy: string;
}

/** Whether a secret is for jobs of this name. */
export function isForJob({ jobs }: SecretUse, name: string): boolean {
  return isInScope({ jobs, metadata: {} }, { name, metadata: null });
}

/** Whether a secret is for this node. */
export function isForNode(
  { selectors }: SecretUse,
  node: { name: string; tags: Readonly<Record<string, string>> },
): boolean {
  return selectors.length === 0 || selectors.some((tags) => fits({ node: null, tags }, node));
}
