import { type Role, ROLES, type Scope } from "../model/mod.ts";
import { CarillonError } from "../runtime/mod.ts";

/** Who calls the API, and what that one may do. */
export interface Caller {
  /** The name that changes are recorded under. */
  name: string;
  role: Role;
  /** Null: all jobs, and what is of no job. */
  scope: Scope | null;
}

/** Who calls where no token is asked for. */
export const ANYONE: Caller = { name: "api", role: "admin", scope: null };

/** Throws `forbidden` unless a caller may do what takes this role. */
export function admitRole(caller: Caller, role: Role): void {
  if (ROLES.indexOf(caller.role) >= ROLES.indexOf(role)) return;
  throw new CarillonError(
    "forbidden",
    `Cannot do this as "${caller.name}": it takes the role ${role}, and that token has ${caller.role}`,
  );
}

/** Throws `forbidden` for a caller who is limited to some jobs. */
export function admitToAll(caller: Caller): void {
  if (caller.scope === null) return;
  throw new CarillonError(
    "forbidden",
    `Cannot do this as "${caller.name}": it is of all jobs, and its token is for some`,
  );
}
