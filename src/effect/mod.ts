/**
 * The worker of owed effects: dependents, the end of ephemeral jobs, the next run after an end.
 * @module
 */
export { createHandlers, type HandlerDeps } from "./handlers.ts";
export { EffectWorker } from "./worker.ts";
