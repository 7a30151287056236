import { useState } from "react";
import { z } from "zod";
import { CarillonError } from "../../../runtime/mod.ts";
import { type Definition, readDefinition, writeDefinition } from "./definition_text.ts";

/** A job that is being written: its fields and its text are one thing. */
export interface Draft {
  definition: Definition;
  /** The text of the YAML tab: what was typed, as long as it cannot be read. */
  yaml: string;
  yamlProblem: string | null;
  /** The value of a field, by its path: `retry.delay`. */
  get(path: string): unknown;
  /** Its value as text; empty where there is none. */
  text(path: string): string;
  /** Sets a field; what is empty is taken out. */
  set(path: string, value: unknown): void;
  setYaml(text: string): void;
  /** What the server said of a field. */
  problem(path: string): string | undefined;
  /** What the server said when the draft was sent. */
  refuse(error: unknown): void;
}

const record = z.record(z.string(), z.unknown());

/** A draft that begins as a definition. */
export function useDraft(start: Definition): Draft {
  const [definition, setDefinition] = useState(start);
  const [typed, setTyped] = useState<{ text: string; problem: string | null } | null>(null);
  const [issues, setIssues] = useState<ReadonlyMap<string, string>>(new Map());
  const get = (path: string) => path.split(".").reduce<unknown>((value, key) => childOf(value, key), definition);
  return {
    definition,
    yaml: typed?.text ?? writeDefinition(definition, "yaml"),
    yamlProblem: typed?.problem ?? null,
    get,
    text(path) {
      const value = get(path);
      return typeof value === "string" || typeof value === "number" ? String(value) : "";
    },
    set(path, value) {
      setTyped(null);
      setIssues((before) => new Map([...before].filter(([of]) => of !== path && !of.startsWith(`${path}.`))));
      setDefinition((before) => withField(before, path.split("."), value));
    },
    setYaml(text) {
      const read = readDefinition(text);
      setTyped({ text, problem: "problem" in read ? read.problem : null });
      if ("definition" in read) setDefinition(read.definition);
    },
    problem: (path) => issues.get(path),
    refuse(error) {
      const given = error instanceof CarillonError ? error.issues : [];
      setIssues(new Map(given.map(({ path, message }) => [path, message])));
    },
  };
}

function childOf(value: unknown, key: string): unknown {
  const read = record.safeParse(value);
  return read.success ? read.data[key] : undefined;
}

function withField(definition: Definition, [key = "", ...rest]: string[], value: unknown): Definition {
  const child = rest.length === 0 ? value : withField(record.safeParse(definition[key]).data ?? {}, rest, value);
  const { [key]: _, ...others } = definition;
  if (isNothing(child)) return others;
  return key in definition
    ? Object.fromEntries(Object.entries(definition).map(([name, old]) => [name, name === key ? child : old]))
    : { ...others, [key]: child };
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false) return true;
  return typeof value === "object" && !Array.isArray(value) && Object.keys(value).length === 0;
}
