import { type JobDefinition, parentsOf } from "../model/mod.ts";

/**
 * The last definition of each name, parents before their children where there is no circle. Without recursion, as a file
 * may hold a chain longer than the stack.
 */
export function parentsFirst(definitions: readonly JobDefinition[]): JobDefinition[] {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  const entered = new Set<JobDefinition>();
  const ordered = new Set<JobDefinition>();
  const stack = [...byName.values()].reverse();
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    if (entered.has(top)) {
      ordered.add(top);
      stack.pop();
      continue;
    }
    entered.add(top);
    const parents = parentsOf(top).flatMap((parent) => byName.get(parent.job) ?? []);
    stack.push(...parents.filter((parent) => !entered.has(parent)));
  }
  return [...ordered];
}
