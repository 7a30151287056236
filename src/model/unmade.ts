import { z } from "zod";
import type { Selector } from "./selector.ts";

/** Targets that the commit which starts a group makes itself; a group with more is _wide_. */
export const MADE_AT_ONCE = 40;

/** Most targets one group may have. */
export const MAX_TARGETS = 5_000;

/** Targets of one page: made by one commit of any engine, whatever else that carries. */
export const TARGETS_A_PAGE = 100;

/** All names of a group's nodes are written by the commit that starts it, with room for what else that writes. */
const MAX_NAME_BYTES = 512 * 1024;

/**
 * Some targets of a wide group that have no execution yet. A page is written with its group; it loses a target that is
 * settled before its time, and goes with the commit that makes the others: while one stands, its group is expanding.
 */
export const unmadeSchema = z.object({
  /** What all of them ask for beside the node. */
  tags: z.record(z.string(), z.string()),
  /** The node of each target by its number; null where any that fits may run it. */
  nodes: z.record(z.string(), z.string().nullable()),
});
export type Unmade = z.infer<typeof unmadeSchema>;

/** Whether a group of so many targets is too much for the commit that starts it. */
export function isWide(targets: { length: number }): boolean {
  return targets.length > MADE_AT_ONCE;
}

/** Why a group with these targets can't be started at all; null when it can. */
export function targetsRefusal(selectors: readonly Selector[]): string | null {
  if (selectors.length > MAX_TARGETS) return `more than ${MAX_TARGETS} targets`;
  if (!isWide(selectors)) return null;
  const names = selectors.map(({ node }) => node ?? "").join("\n");
  const isTooLong = new TextEncoder().encode(names).length > MAX_NAME_BYTES;
  return isTooLong ? `more than ${MAX_NAME_BYTES / 1024} KiB of node names` : null;
}

/** The pages of a wide group in the order of their targets. */
export function unmadePages(selectors: readonly Selector[]): Unmade[] {
  const pages: Unmade[] = [];
  for (const [target, { node, tags }] of selectors.entries()) {
    const page = pages[unmadePage(target)] ??= { tags, nodes: {} };
    page.nodes[target] = node;
  }
  return pages;
}

/** The number of the page that a target of a wide group stands in. */
export function unmadePage(target: number): number {
  return Math.floor(target / TARGETS_A_PAGE);
}

/** The targets of a page, with what each asks for. */
export function unmadeTargets({ tags, nodes }: Unmade): { target: number; selector: Selector }[] {
  return Object.entries(nodes).map(([target, node]) => ({ target: Number(target), selector: { node, tags } }));
}

/** A page without one of its targets; null when that was the last. */
export function withoutTarget(page: Unmade, target: number): Unmade | null {
  const { [target]: _, ...nodes } = page.nodes;
  return Object.keys(nodes).length === 0 ? null : { ...page, nodes };
}
