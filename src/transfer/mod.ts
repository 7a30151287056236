/**
 * Whole stores on the move: copied from one to another, backed up to a file, restored from it, and repaired.
 * Works on stores that no server uses, but for the backup, which only reads.
 * @module
 */
export * from "./backup.ts";
export * from "./backup_file.ts";
export * from "./copy.ts";
export * from "./line.ts";
export * from "./live_server.ts";
export * from "./moved_kinds.ts";
export * from "./repair/mod.ts";
export * from "./restore.ts";
export * from "./target.ts";
