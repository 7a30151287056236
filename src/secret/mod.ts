/**
 * Secrets: kept encrypted, named by jobs, given to the node that runs them.
 * @module
 */
export { SecretKeys } from "./secret_keys.ts";
export { type Filled, type NewSecret, type Rotation, Secrets, type SecretsDeps } from "./secrets.ts";
