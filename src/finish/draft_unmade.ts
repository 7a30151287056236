import {
  type Group,
  parseExecutionId,
  type QueuedExecution,
  type Unmade,
  unmadePage,
  withoutTarget,
} from "../model/mod.ts";
import { unmadeExecution } from "../start/mod.ts";
import {
  deleteUnmade,
  type Entry,
  groupKey,
  groupTable,
  putUnmade,
  type Store,
  type StoreChange,
  unmadeKey,
  unmadeTable,
} from "../store/mod.ts";

/** A page as it was read, and as it will be. */
interface Page {
  entry: Entry<Unmade>;
  value: Unmade | null;
}

/**
 * Targets of wide groups that a draft settles before their executions are made. Their pages are checked, so what is settled
 * here is made nowhere else.
 */
export class UnmadeTargets {
  readonly #store: Store;
  readonly #uid: string;
  readonly #group: (id: string) => Promise<Group | null>;
  readonly #pages = new Map<string, Page>();

  constructor(store: Store, uid: string, group: (id: string) => Promise<Group | null>) {
    this.#store = store;
    this.#uid = uid;
    this.#group = group;
  }

  /** The execution that a page stands for; `made` when it has been made since it was looked for; null for all others. */
  async find(id: string): Promise<QueuedExecution | "made" | null> {
    const parts = parseExecutionId(id);
    if (parts === undefined || parts.attempt > 1) return null;
    // Only a wide group becomes part of the draft: a lone one has no record there.
    const stored = await this.#store.get(groupTable, groupKey(this.#uid, parts.group));
    const group = stored.value?.wide ? await this.#group(parts.group) : null;
    const target = group?.targets[parts.target];
    if (group === null || target?.state !== "open" || target.attempt > 1) return null;
    const page = (await this.#page(group.id, parts.target)).value;
    return (page && unmadeExecution(group, page, parts.target)) ?? "made";
  }

  /** Takes a target that was found here out of its page: it is written elsewhere. */
  take(id: string): void {
    const parts = parseExecutionId(id);
    const page = parts && this.#pages.get(nameOf(parts.group, parts.target));
    if (parts && page?.value) page.value = withoutTarget(page.value, parts.target);
  }

  /** Adds what became of the pages to a change; those that were only read are checked. */
  write(change: StoreChange): void {
    for (const { entry, value } of this.#pages.values()) {
      if (value === entry.value) change.check(entry);
      else if (value === null) deleteUnmade(change, entry);
      else putUnmade(change, entry, value);
    }
  }

  async #page(group: string, target: number): Promise<Page> {
    const name = nameOf(group, target);
    const known = this.#pages.get(name);
    if (known) return known;
    const entry = await this.#store.get(unmadeTable, unmadeKey(this.#uid, group, unmadePage(target)));
    const page = { entry, value: entry.value };
    this.#pages.set(name, page);
    return page;
  }
}

function nameOf(group: string, target: number): string {
  return `${group}/${unmadePage(target)}`;
}
