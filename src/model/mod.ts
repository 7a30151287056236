/**
 * What Carillon talks about, as zod schemas with their pure transitions.
 *
 * job: a definition; its *uid* is made at create, and each change makes a new immutable *revision*.
 * due time (nominal time): an instant that a job's *schedule* names.
 * group: what one due time, or one manual start, set off.
 * execution: one run of a group on one node; *attempt*: its try number.
 * node: a process, with an *incarnation* for each start. *selector*: the tag set an execution asks for.
 * wide group: one with more targets than its start makes; *expanding* while some are *unmade*.
 * gate: who holds and who waits for a limited job or key.
 * backlog: missed times still to be run. *gap*: times refused, and why.
 * effect: work owed after a finish, stored until done.
 * fence: the check that a leadership, its *term*, is still ours.
 * @module
 */
export * from "./audit.ts";
export * from "./cluster_pause.ts";
export * from "./due.ts";
export * from "./effect.ts";
export * from "./event.ts";
export * from "./execution.ts";
export * from "./gate.ts";
export * from "./group.ts";
export * from "./job.ts";
export * from "./node.ts";
export * from "./plan.ts";
export * from "./protocol.ts";
export * from "./scope.ts";
export * from "./secret.ts";
export * from "./secret_reference.ts";
export * from "./selector.ts";
export * from "./settings.ts";
export * from "./stat.ts";
export * from "./timeline.ts";
export * from "./token.ts";
export * from "./unmade.ts";
export * from "./user.ts";
export * from "./view.ts";
export * from "./waiting.ts";
