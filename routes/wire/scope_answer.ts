import type { Role, Scope } from "../../src/model/mod.ts";

/** What a body says of the jobs that somebody is limited to. */
interface Limits {
  jobs?: string[];
  metadata?: Record<string, string>;
}

/** The jobs that a body limits somebody to; null: all. */
export function readScope({ jobs = [], metadata = {} }: Limits): Scope | null {
  return jobs.length > 0 || Object.keys(metadata).length > 0 ? { jobs, metadata } : null;
}

/** Whether a body limits no admin: a rule of its schema. */
export function limitsNoAdmin({ role, ...limits }: Limits & { role: Role }): boolean {
  return role !== "admin" || readScope(limits) === null;
}

/** What is said of a body that limits an admin. */
export const ADMIN_LIMITED = { path: ["role"], message: "an admin is of all jobs: leave out jobs and metadata" };

/** The jobs that somebody is limited to, on the wire: empty for all. */
export function scopeAnswer(scope: Scope | null): Scope {
  return scope ?? { jobs: [], metadata: {} };
}
