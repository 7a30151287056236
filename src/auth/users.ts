import type { AuditTrail } from "../audit/mod.ts";
import type { Actor, User } from "../model/mod.ts";
import { CarillonError, type Clock, invalid, type Random } from "../runtime/mod.ts";
import { deleteUser, putUser, type Store, StoreChange, userKey, userPrefix, userTable } from "../store/mod.ts";
import { hashPassword, isPasswordOf, NOBODYS } from "./password_hash.ts";

/** What users are kept with. */
export interface UsersDeps {
  store: Store;
  clock: Clock;
  random: Random;
  audit: AuditTrail;
}

/** What is asked for of a user; the password stays as it is where none is given. */
export type UserWish = Pick<User, "role" | "scope"> & { password: string | null };

/** People who sign in with a password. */
export class Users {
  readonly #deps: UsersDeps;

  constructor(deps: UsersDeps) {
    this.#deps = deps;
  }

  /** All users, by name. */
  async all(): Promise<{ name: string; user: User }[]> {
    const found = await this.#deps.store.list(userTable, { prefix: userPrefix() });
    return found.map(({ key, value }) => ({ name: String(key[1]), user: value }));
  }

  /** A user as it is stored now; null when there is none of the name. */
  async find(name: string): Promise<User | null> {
    return (await this.#deps.store.read(userTable, userKey(name))).value;
  }

  /** Creates or changes a user. Throws `invalid` for a new one without a password. */
  async put(name: string, { role, scope, password }: UserWish, actor: Actor): Promise<User> {
    const { store, clock, random, audit } = this.#deps;
    const hashed = password === null ? null : await hashPassword(password, random);
    while (true) {
      const entry = await store.read(userTable, userKey(name));
      const before = entry.value;
      const stored = hashed ?? before?.password;
      if (stored === undefined) {
        throw invalid(`Cannot create user "${name}": no password is given`, [
          { path: "password", message: "a new user needs one" },
        ]);
      }
      const user = {
        role,
        scope,
        password: stored,
        createdAt: before?.createdAt ?? clock.now(),
        updatedAt: clock.now(),
      };
      const change = new StoreChange();
      putUser(change, entry, user);
      const shown = (one: User) => ({ role: one.role, scope: one.scope });
      const after = { ...shown(user), ...(password === null ? {} : { password: "changed" }) };
      audit.write(change, actor, { action: "user.store", target: name, before: before && shown(before), after });
      if ((await store.commit(change)).outcome === "applied") return user;
    }
  }

  /** Deletes a user; whoever is signed in as that one is not any more. Throws `not_found`. */
  async remove(name: string, actor: Actor): Promise<User> {
    const { store, audit } = this.#deps;
    while (true) {
      const entry = await store.read(userTable, userKey(name));
      if (entry.value === null) throw new CarillonError("not_found", `Cannot find user "${name}"`);
      const change = new StoreChange();
      deleteUser(change, entry);
      audit.write(change, actor, { action: "user.delete", target: name });
      if ((await store.commit(change)).outcome === "applied") return entry.value;
    }
  }

  /** The user whom a name and a password fit; null for none. It takes as long where there is no such user. */
  async withPassword(name: string, password: string): Promise<User | null> {
    const user = await this.find(name);
    const isRight = await isPasswordOf(password, user?.password ?? NOBODYS);
    return isRight ? user : null;
  }
}
