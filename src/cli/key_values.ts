import { InvalidArgumentError } from "commander";

/** Adds a `KEY=VALUE` of the command line to those before it. */
export function keyValues(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new InvalidArgumentError("Write it like KEY=VALUE.");
  return { ...before, [key]: value };
}
