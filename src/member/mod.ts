/**
 * Starts and minds this server's own etcd member, so that a cluster needs one command a machine.
 * @module
 */
export * from "./member.ts";
export * from "./options.ts";
export { MAX_TXN_OPS } from "./etcd_args.ts";
export { Asker, readPems } from "./ask.ts";
export * from "./cluster_report.ts";
export * from "./replace_member.ts";
