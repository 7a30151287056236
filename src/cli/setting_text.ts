import { z } from "zod";

/** A value as a message shows it. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

/** What is said of a value that is not what a setting takes. */
export const isNot = (what: string) => ({ input }: { input?: unknown }): string => `${shown(input)} is not ${what}`;

/** A text that is not empty, or that `isRight`; what it is to be stands in the message. */
export const text = (what: string, isRight: (value: string) => boolean = (value) => value !== "") =>
  z.string({ error: isNot(what) }).refine(isRight, { error: isNot(what) });
