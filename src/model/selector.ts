import { LRUCache } from "lru-cache";
import { z } from "zod";
import { hashDigits, invalid } from "../runtime/mod.ts";

/** Which nodes may run something: one node, or all whose tags include these. */
export const selectorSchema = z.object({
  node: z.string().nullable(),
  tags: z.record(z.string(), z.string()),
});
export type Selector = z.infer<typeof selectorSchema>;

/** Ids of the selectors met last; making one again costs time only. */
const idsByText = new LRUCache<string, string>({ max: 10_000 });

/** The queue of a selector: the same for equal selectors, whatever the order of their tags. */
export function selectorId(selector: Selector): string {
  const tags = Object.entries(selector.tags).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const text = JSON.stringify([selector.node, tags]);
  const known = idsByText.get(text);
  if (known !== undefined) return known;
  const id = hashDigits(text, 12) + hashDigits(`${text}#`, 12);
  idsByText.set(text, id);
  return id;
}

/** Whether a node may run what asks for this selector. */
export function fits(selector: Selector, node: { name: string; tags: Readonly<Record<string, string>> }): boolean {
  if (selector.node !== null) return selector.node === node.name;
  return Object.entries(selector.tags).every(([key, value]) => node.tags[key] === value);
}

/** What a job's tags ask for. */
export interface TargetRequest {
  tags: Record<string, string>;
  /** How many nodes; null for all that fit. */
  count: number | null;
}

/**
 * Reads v1 tags: `"role": "web"` or `"role": "web:2"`. Of several counts the lowest wins, as in Dkron; a value with
 * more than one colon has no count.
 */
export function readTags(tags: Readonly<Record<string, string>>): TargetRequest {
  const request: TargetRequest = { tags: {}, count: null };
  for (const [key, text] of Object.entries(tags)) {
    const parts = text.split(":");
    const [value = "", countText] = parts;
    if (parts.length !== 2 || countText === undefined) {
      request.tags[key] = text;
      continue;
    }
    if (!/^\d+$/.test(countText) || Number(countText) === 0) {
      throw invalid(`Cannot read tag "${key}": "${countText}" is not a number of nodes`, [
        { path: `tags.${key}`, message: `"${countText}" is not a number of nodes above 0` },
      ]);
    }
    request.tags[key] = value;
    request.count = Math.min(request.count ?? Infinity, Number(countText));
  }
  return request;
}

/** Where a job's runs go. */
export interface Placement {
  tags: Readonly<Record<string, string>> | null;
  target: "all" | "one" | null;
}

/**
 * The selectors of a new group's targets: a count in the tags says how many; else every live node that fits, or with
 * `target: one` any one of them. With none alive, one target waits for the first that fits.
 */
export function targetsOf(
  { tags, target }: Placement,
  live: readonly { name: string; tags: Readonly<Record<string, string>> }[],
): Selector[] {
  const request = readTags(tags ?? {});
  const shared: Selector = { node: null, tags: request.tags };
  const fitting = live.filter((node) => fits(shared, node));
  if (request.count !== null) {
    return Array.from({ length: Math.max(1, Math.min(request.count, fitting.length)) }, () => shared);
  }
  if (fitting.length === 0 || target === "one") return [shared];
  return fitting.map((node) => ({ node: node.name, tags: {} }));
}
