/**
 * What every part is handed: clock, randomness, ids, log, errors.
 * The only folder that touches the platform's own time, randomness and environment.
 * @module
 */
export * from "./clock.ts";
export * from "./errors.ts";
export * from "./gathered_log.ts";
export * from "./ids.ts";
export * from "./log.ts";
export * from "./random.ts";
export * from "./lifecycle.ts";
export * from "./duration.ts";
export * from "./environment.ts";
