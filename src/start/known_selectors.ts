import { type Selector, selectorId } from "../model/mod.ts";
import { putSelector, selectorKey, selectorTable, type Store, StoreChange } from "../store/mod.ts";

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
  for (const [id, selector] of unknown) {
    const entry = await store.get(selectorTable, selectorKey(id));
    if (entry.value !== null) continue;
    const change = new StoreChange();
    putSelector(change, entry, selector);
    // Refused means: another server has just stored the same text.
    await store.commit(change);
  }
}
