import { parse, stringify } from "yaml";
import { z } from "zod";
import { READ_ONLY } from "../../../../routes/wire/job_body.ts";
import { messageOf } from "../../../runtime/mod.ts";

/** A job as its body has it, in the API's own words. */
export type Definition = Readonly<Record<string, unknown>>;

/** What a job has where its body says nothing, as JSON; empty values beside. */
const USUAL: Readonly<Record<string, string>> = {
  concurrency: '"allow"',
  misfire: '{"policy":"last","window":"1h0m0s","max":100}',
  start_deadline: '"1h0m0s"',
  jitter: '"0s"',
  join: '"all"',
  priority: "4",
  lost_after: '"1m0s"',
  grace: '"10s"',
  retention: '{"count":100}',
};

/** What a body must say to mean the same as an answer. */
export function definitionOf(json: unknown): Definition {
  const entries = Object.entries(z.record(z.string(), z.unknown()).parse(json));
  return Object.fromEntries(entries.filter(([key, value]) => !READ_ONLY.has(key) && !isUsual(key, value)));
}

function isUsual(key: string, value: unknown): boolean {
  if (value === null || value === "" || value === false || value === 0) return key !== "priority";
  const written = JSON.stringify(value);
  return written === "{}" || written === "[]" || written === USUAL[key];
}

/** A job as text. */
export function writeDefinition(json: unknown, language: "yaml" | "json"): string {
  const definition = definitionOf(json);
  return language === "json" ? `${JSON.stringify(definition, null, 2)}\n` : stringify(definition, { lineWidth: 0 });
}

/** A job from its text, or why it cannot be read. */
export function readDefinition(text: string): { definition: Definition } | { problem: string } {
  try {
    const read = z.record(z.string(), z.unknown()).safeParse(parse(text));
    return read.success ? { definition: read.data } : { problem: "A job is a map of fields and values" };
  } catch (thrown) {
    return { problem: messageOf(thrown) };
  }
}
