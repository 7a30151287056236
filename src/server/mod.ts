/**
 * Assembles the services of a server; starts in order, stops in reverse.
 * @module
 */
export { appDepsOf, type EdgeOptions } from "./app_deps.ts";
export { type DataDir, openDataDir } from "./data_dir.ts";
export { Server, type ServerOptions } from "./server.ts";
