import { Change } from "../../kv/mod.ts";
import { type QueuedExecution, readTags, type Selector, selectorId } from "../../model/mod.ts";
import { nodePrefix, nodeTable, selectorKey, selectorPrefix, selectorTable } from "../../store/mod.ts";
import { endedUnseen } from "../close_open.ts";
import { writeEnd } from "./ended.ts";
import type { Finding, Repair, RepairSource } from "./finding.ts";
import type { Stored } from "./stored.ts";

/**
 * Texts of selectors: what is queued under a selector needs its text. A text that is asked for by nothing is right, as it
 * was when the last run went. A selector's id follows from its text, so that the text can be found again.
 */
export const selectorsRepair: Repair = {
  name: "selectors",
  async *find(source) {
    const { queued, groups } = await source.runs();
    const stored = await source.list(selectorTable, selectorPrefix());
    const wrong = new Map(
      stored.filter(({ entry, value }) => selectorId(value) !== entry.key[1])
        .map((found) => [String(found.entry.key[1]), found]),
    );
    const good = new Set(stored.map(({ entry }) => String(entry.key[1])).filter((id) => !wrong.has(id)));
    const waiting = [...groups.values()].filter(({ value }) => value.state !== "ended");
    const asked = [
      ...queued.map(({ value }) => value.selector),
      // What a wide group asks for is stored with its executions.
      ...waiting.flatMap(({ value }) => value.wide ? [] : value.targets.map(({ selector }) => selector)),
    ];
    const needed = [...new Set(asked)].filter((id) => !good.has(id) && !source.isUnreadable(selectorKey(id)));
    const known = needed.length + wrong.size === 0 ? new Map<string, Selector>() : await knownSelectors(source);
    const texts = new Set([...needed, ...wrong.keys()]);
    for (const id of texts) yield* textOf(id, known.get(id), wrong.get(id));
    for (const found of queued) {
      if (texts.has(found.value.selector) && !known.has(found.value.selector)) {
        yield await unknowable(found, source);
      }
    }
  },
};

/** What jobs and nodes there are can ask for, by id. */
async function knownSelectors({ jobs, list }: RepairSource): Promise<Map<string, Selector>> {
  const nodes = await list(nodeTable, nodePrefix());
  const selectors = [
    ...jobs.map(({ definition }): Selector => ({ node: null, tags: readTags(definition.tags ?? {}).tags })),
    ...nodes.map(({ value }): Selector => ({ node: value.name, tags: {} })),
  ];
  return new Map(selectors.map((selector) => [selectorId(selector), selector]));
}

function textOf(id: string, text: Selector | undefined, wrong: Stored<Selector> | undefined): Finding[] {
  const key = selectorKey(id);
  const change = new Change().check(key, wrong?.entry.versionstamp ?? null);
  const fault = wrong === undefined ? "its text is missing" : "its text is that of another";
  if (text !== undefined) change.set(key, selectorTable.encode(text));
  else if (wrong !== undefined) change.delete(key);
  else return [];
  return [{ what: `selector ${id}: ${fault}`, change }];
}

async function unknowable({ entry, value }: Stored<QueuedExecution>, source: RepairSource): Promise<Finding> {
  const reason = "nobody can tell which nodes may run it";
  const change = new Change().check(entry.key, entry.versionstamp).delete(entry.key);
  await writeEnd(change, source, endedUnseen(value, reason, source.nowMs));
  return { what: `job "${value.jobName}": run ${value.id} is queued, and ${reason}`, change };
}
