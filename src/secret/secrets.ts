import type { AuditTrail } from "../audit/mod.ts";
import {
  type Actor,
  type Assignment,
  isForJob,
  isForNode,
  type JobDefinition,
  type Node,
  type Secret,
  type SecretInfo,
  type SecretReference,
  secretsIn,
  type SecretUse,
  withSecrets,
} from "../model/mod.ts";
import { CarillonError, type Clock, type Random } from "../runtime/mod.ts";
import {
  deleteSecret,
  type Entry,
  putSecret,
  secretKey,
  secretPrefix,
  secretTable,
  type Store,
  StoreChange,
} from "../store/mod.ts";
import type { SecretKeys } from "./secret_keys.ts";

/** What secrets are kept with. */
export interface SecretsDeps {
  store: Store;
  clock: Clock;
  random: Random;
  audit: AuditTrail;
  keys: SecretKeys;
}

/** What is asked for of a secret; a use that is not given stays as it is, and begins with anyone. */
export interface NewSecret extends Partial<SecretUse> {
  value: string;
}

/** What a rotation did: the secrets that it encrypted anew, and those that it could not read. */
export interface Rotation {
  rotated: string[];
  unreadable: SecretInfo[];
}

/** An assignment with the secrets that it names, or why it cannot have them. */
export type Filled = { assignment: Assignment } | { refusal: string };

/** Keeps secrets encrypted, and puts them into what is handed to a node: nothing else ever holds a value. */
export class Secrets {
  readonly #deps: SecretsDeps;

  constructor(deps: SecretsDeps) {
    this.#deps = deps;
  }

  /** All secrets by name, without their values. */
  async all(): Promise<SecretInfo[]> {
    const found = await this.#deps.store.list(secretTable, { prefix: secretPrefix() });
    return found.map(({ key, value }) => this.#infoOf(String(key[1]), value));
  }

  /** Keeps a value under a name, in place of one that is there. Throws `invalid` where this server has no key. */
  async put(name: string, { value, jobs, selectors }: NewSecret, actor: Actor): Promise<SecretInfo> {
    const { store, clock, random, keys, audit } = this.#deps;
    const sealed = await keys.seal(name, value, random);
    while (true) {
      const entry = await this.#read(name);
      const before = entry.value;
      const use = { jobs: jobs ?? before?.jobs ?? [], selectors: selectors ?? before?.selectors ?? [] };
      const after: Secret = { ...use, ...sealed, updatedAt: clock.now(), updatedBy: actor.by };
      const change = new StoreChange();
      putSecret(change, entry, after);
      const told = { before: before && toldOf(before), after: toldOf(after) };
      audit.write(change, actor, { action: "secret.set", target: name, ...told });
      if ((await store.commit(change)).outcome === "applied") return this.#infoOf(name, after);
    }
  }

  /** Forgets a secret; answers what it was. Throws `not_found`. */
  async remove(name: string, actor: Actor): Promise<SecretInfo> {
    const { store, audit } = this.#deps;
    while (true) {
      const entry = await this.#read(name);
      if (entry.value === null) throw new CarillonError("not_found", `Cannot find secret "${name}"`);
      const change = new StoreChange();
      deleteSecret(change, entry);
      audit.write(change, actor, { action: "secret.delete", target: name, before: toldOf(entry.value) });
      if ((await store.commit(change)).outcome === "applied") return this.#infoOf(name, entry.value);
    }
  }

  /** Encrypts under the first key what is under another one. Throws `invalid` where this server has no key. */
  async rotate(actor: Actor): Promise<Rotation> {
    const rotation: Rotation = { rotated: [], unreadable: [] };
    const { id } = this.#deps.keys.first("Cannot rotate secrets");
    for (const info of await this.all()) {
      if (info.keyId === id) continue;
      if (await this.#reseal(info.name, id, actor)) rotation.rotated.push(info.name);
      else rotation.unreadable.push(info);
    }
    return rotation;
  }

  /** Of the secrets that a job names, those that are not there; throws `forbidden` for one that is not for the job. */
  async missingIn({ name, executorConfig }: JobDefinition): Promise<SecretReference[]> {
    const references = secretsIn(executorConfig ?? {});
    const found = await this.#readAll(references);
    const issues = references.filter((reference) => {
      const secret = found.get(reference.name);
      return secret && !isForJob(secret, name);
    }).map(({ path, name }) => ({
      path: `executor_config.${path}`,
      message: `names secret "${name}", which is not for this job`,
    }));
    const [first] = issues;
    if (first) {
      throw new CarillonError("forbidden", `Cannot store job "${name}": ${first.path} ${first.message}`, { issues });
    }
    return references.filter((reference) => !found.get(reference.name));
  }

  /** Puts into an assignment the secrets that it names, for the node that has claimed it. Throws `unavailable`. */
  async fill(assignment: Assignment, node: Pick<Node, "name" | "tags">): Promise<Filled> {
    const references = secretsIn(assignment.config);
    if (references.length === 0) return { assignment };
    const values = new Map<string, string>();
    try {
      const found = await this.#readAll(references);
      for (const [name, secret] of found) {
        values.set(name, await this.#deps.keys.open(name, mayHave(name, secret, assignment.jobName, node)));
      }
    } catch (thrown) {
      // A store that does not answer may do so the next time; all else stays as it is.
      if (!(thrown instanceof CarillonError) || thrown.code === "unavailable") throw thrown;
      return { refusal: thrown.message };
    }
    const config = withSecrets(assignment.config, values);
    return { assignment: { ...assignment, config, secrets: [...values.values()] } };
  }

  async #readAll(references: readonly SecretReference[]): Promise<Map<string, Secret | null>> {
    const names = [...new Set(references.map(({ name }) => name))];
    const secrets = await Promise.all(names.map(async (name) => [name, (await this.#read(name)).value] as const));
    return new Map(secrets);
  }

  async #read(name: string): Promise<Entry<Secret>> {
    try {
      return await this.#deps.store.read(secretTable, secretKey(name));
    } catch (thrown) {
      if (!(thrown instanceof CarillonError) || thrown.code !== "internal") throw thrown;
      throw new CarillonError("internal", `Cannot read secret "${name}": its record is damaged`, { cause: thrown });
    }
  }

  /** Answers false for one that cannot be read; one that is gone by now needs nothing. */
  async #reseal(name: string, keyId: string, actor: Actor): Promise<boolean> {
    const { store, keys, random, audit } = this.#deps;
    while (true) {
      const entry = await this.#read(name);
      if (entry.value === null || entry.value.keyId === keyId) return true;
      const value = await keys.open(name, entry.value).catch(() => null);
      if (value === null) return false;
      const after = { ...entry.value, ...await keys.seal(name, value, random) };
      const change = new StoreChange();
      putSecret(change, entry, after);
      const told = { before: toldOf(entry.value), after: toldOf(after) };
      audit.write(change, actor, { action: "secret.rotate", target: name, ...told });
      if ((await store.commit(change)).outcome === "applied") return true;
    }
  }

  #infoOf(name: string, { jobs, selectors, keyId, updatedAt, updatedBy }: Secret): SecretInfo {
    return { name, jobs, selectors, keyId, readable: this.#deps.keys.has(keyId), updatedAt, updatedBy };
  }
}

/** What the audit trail tells of a secret: nothing that was made of its value. */
function toldOf({ jobs, selectors, keyId }: Secret) {
  return { jobs, selectors, keyId };
}

/** A secret that a job may have on a node. Throws `forbidden`, and `not_found` where there is none. */
function mayHave(
  name: string,
  secret: Secret | null,
  jobName: string,
  node: Pick<Node, "name" | "tags">,
): Secret {
  const title = `Cannot give secret "${name}"`;
  if (secret === null) throw new CarillonError("not_found", `${title}: there is none of that name`);
  if (!isForJob(secret, jobName)) throw new CarillonError("forbidden", `${title}: it is not for job "${jobName}"`);
  if (!isForNode(secret, node)) throw new CarillonError("forbidden", `${title}: it is not for node "${node.name}"`);
  return secret;
}
