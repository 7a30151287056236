import { z } from "zod";
import { MAX_SECRET_BYTES, SECRET_NAME, type SecretInfo, secretUseSchema } from "../../src/model/mod.ts";
import { rfc3339 } from "./rfc3339.ts";

/** What a secret is to be. A use that is left out stays as it is. */
export const secretBodySchema = z.object({
  value: z.string().min(1, "is empty").refine((value) => new TextEncoder().encode(value).length <= MAX_SECRET_BYTES, {
    error: `has more than ${MAX_SECRET_BYTES} bytes`,
  }).refine((value) => value.isWellFormed() && !value.includes("\0"), {
    error: "holds what no text has: half of a character, or NUL",
  }),
  ...secretUseSchema.partial().shape,
});

/** The name of a secret in a path. */
export const secretNameSchema = z.object({
  name: z.string().regex(SECRET_NAME, "give letters, digits and . _ -, at most 100, a letter or _ first"),
});

/** A secret as it is listed, never with its value. */
export const secretAnswerSchema = z.object({
  name: z.string(),
  /** Names of jobs that it is for; none: any job. */
  jobs: z.array(z.string()),
  /** Tags of nodes that it is for; none: any node. */
  selectors: z.array(z.record(z.string(), z.string())),
  /** Which key it is encrypted with. */
  key_id: z.string(),
  /** Whether the server that answers has that key. */
  readable: z.boolean(),
  updated_at: z.string(),
  updated_by: z.string(),
});
/** A secret as it is listed. */
export type SecretAnswer = z.infer<typeof secretAnswerSchema>;

/** What a rotation did. */
export const rotationAnswerSchema = z.object({
  /** Names of the secrets that are under the first key now, and were not. */
  rotated: z.array(z.string()),
  /** Those that it could not read, and left as they are. */
  unreadable: z.array(secretAnswerSchema),
});
/** What a rotation did. */
export type RotationAnswer = z.infer<typeof rotationAnswerSchema>;

/** A secret on the wire. */
export function secretAnswer({ name, jobs, selectors, ...info }: SecretInfo): SecretAnswer {
  return {
    name,
    jobs,
    selectors,
    key_id: info.keyId,
    readable: info.readable,
    updated_at: rfc3339(info.updatedAt),
    updated_by: info.updatedBy,
  };
}

/** A secret as it was answered. */
export function readSecretAnswer({ key_id, updated_at, updated_by, ...same }: SecretAnswer): SecretInfo {
  return { ...same, keyId: key_id, updatedAt: Date.parse(updated_at), updatedBy: updated_by };
}
