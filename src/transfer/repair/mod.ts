/**
 * Repairs of what is derived, one file each: adding one is adding it to `REPAIRS`.
 * @module
 */
export * from "./finding.ts";
export * from "./repair.ts";
