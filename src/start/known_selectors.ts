import { isWide, type Selector, selectorId } from "../model/mod.ts";
import { putSelector, selectorKey, selectorTable, type Store, StoreChange } from "../store/mod.ts";

/** Selectors looked for at once. */
const AT_ONCE = 100;

/**
 * Stores the text of selectors that this process has not met. It is done before starts and not by them: starts that write
 * a common key could not share a commit.
 */
export async function knowSelectors(store: Store, selectors: Iterable<Selector>): Promise<void> {
  const unknown = new Map<string, Selector>();
  for (const selector of selectors) {
    const id = selectorId(selector);
    if (store.remembered(selectorKey(id)) === undefined) unknown.set(id, selector);
  }
  const left = [...unknown];
  while (left.length > 0) {
    await Promise.all(left.splice(0, AT_ONCE).map(([id, selector]) => knowOne(store, id, selector)));
  }
}

/** The selectors that a start itself puts something in the queue for: a wide group's come later, page by page. */
export function selectorsOfStart(selectors: readonly Selector[]): readonly Selector[] {
  return isWide(selectors) ? [] : selectors;
}

async function knowOne(store: Store, id: string, selector: Selector): Promise<void> {
  const entry = await store.get(selectorTable, selectorKey(id));
  if (entry.value !== null) return;
  const change = new StoreChange();
  putSelector(change, entry, selector);
  // Refused means: another server has just stored the same text.
  await store.commit(change);
}
