import { type Gate, gatePolicyOf, type Group } from "../../../src/model/mod.ts";
import type { Tell } from "./run_rules.ts";
import { type Landing, type Row, rowsOf, type Shadow } from "./shadow.ts";

const nobody: Gate = { holders: [], waiting: [], superseded: [] };

/** Who asks for a forced start says so by this beginning of his name. */
export const FORCED = "forced";

/** What must hold of gates with each commit that lands. */
export class GateRules {
  readonly #shadow: Shadow;
  readonly #tell: Tell;

  constructor(shadow: Shadow, tell: Tell) {
    this.#shadow = shadow;
    this.#tell = tell;
  }

  landed(landing: Landing): void {
    const gates = rowsOf(landing, "gate");
    for (const row of gates) this.#changed(row, landing);
    const groups = rowsOf(landing, "group");
    const keys = new Set(gates.map(({ key }) => String(key[1])));
    for (const { before, after } of groups) {
      if (after?.gate) keys.add(after.gate);
      if (before?.gate) keys.add(before.gate);
    }
    for (const key of keys) this.#places(key);
    for (const { after } of groups) if (after !== null) this.#standing(after);
  }

  scan(): void {
    for (const { key } of this.#shadow.all("gate")) this.#places(String(key[1]));
    for (const { value } of this.#shadow.all("group")) this.#standing(value);
  }

  /** Nobody enters beyond the limit he came with, unless forced or by an edit. */
  #changed({ key, before, after }: Row<Gate>, landing: Landing): void {
    if (after === null) return;
    const was = before ?? nobody;
    const held = new Set(was.holders.map(({ group }) => group));
    const waited = new Map(was.waiting.map((waiter) => [waiter.group, waiter]));
    const edited = new Set(rowsOf(landing, "job").map((row) => row.after?.uid));
    after.holders.forEach(({ uid, group }, at) => {
      const limit = waited.get(group)?.limit ?? this.#policy(uid, group)?.limit ?? 0;
      if (held.has(group) || edited.has(uid) || this.#isForced(uid, group)) return;
      if (at >= limit) this.#tell(`${group} is holder ${at + 1} of ${key[1]}, whose limit is ${limit}`);
      const before = was.waiting.findIndex((waiter) => waiter.group === group);
      const passed = was.waiting.slice(0, before === -1 ? Infinity : before);
      const stillWait = passed.find((waiter) => after.waiting.some((other) => other.group === waiter.group));
      if (stillWait) this.#tell(`${group} passed ${stillWait.group} at ${key[1]}`);
    });
    const replacing = after.waiting.filter(({ replaces }) => replaces).map(({ uid }) => uid);
    if (new Set(replacing).size < replacing.length) this.#tell(`two of a job wait to replace at ${key[1]}`);
    for (const { uid, group, replaces } of after.waiting) {
      const line = this.#policy(uid, group)?.queueLimit ?? 0;
      if (waited.has(group) || replaces) continue;
      if (after.waiting.length > line) {
        this.#tell(`${group} is waiter ${after.waiting.length} at ${key[1]}, of ${line}`);
      }
    }
  }

  /** Who is at a gate is there in the state that his place says. */
  #places(key: string): void {
    const gate = this.#shadow.get("gate", key) ?? nobody;
    const all = [...gate.holders, ...gate.waiting, ...gate.superseded].map(({ group }) => group);
    if (new Set(all).size < all.length) this.#tell(`a group stands twice at ${key}`);
    for (const { uid, group } of gate.holders) this.#expect(uid, group, key, "open");
    for (const { uid, group } of gate.waiting) this.#expect(uid, group, key, "waiting");
    for (const { uid, group } of gate.superseded) this.#expect(uid, group, key, "waiting");
  }

  #expect(uid: string, id: string, key: string, state: Group["state"]): void {
    const group = this.#shadow.get("group", uid, id);
    if (group?.gate === key && group.state === state) return;
    this.#tell(`${id} at ${key} is ${group?.state ?? "gone"} (gate ${group?.gate}), not ${state}`);
  }

  /** A group that holds or waits is found at its gate; one that ended is not. */
  #standing({ id, gate: key, state }: Group): void {
    if (key === null) return;
    const gate = this.#shadow.get("gate", key) ?? nobody;
    const holds = gate.holders.some(({ group }) => group === id);
    const waits = [...gate.waiting, ...gate.superseded].some(({ group }) => group === id);
    if (holds !== (state === "open") || waits !== (state === "waiting")) {
      this.#tell(`group ${id} is ${state}, at its gate ${key} it ${holds ? "holds" : waits ? "waits" : "is not"}`);
    }
  }

  #policy(uid: string, id: string) {
    const group = this.#shadow.get("group", uid, id);
    const revision = group && this.#shadow.get("rev", uid, group.revision);
    return revision ? gatePolicyOf(uid, revision.definition) : null;
  }

  #isForced(uid: string, id: string): boolean {
    return this.#shadow.get("group", uid, id)?.requestedBy?.startsWith(FORCED) ?? false;
  }
}
