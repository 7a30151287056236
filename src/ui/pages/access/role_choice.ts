import type { Role } from "../../../model/mod.ts";

/** What somebody may be, from least to most. */
export const ROLE_CHOICES: readonly Role[] = ["viewer", "operator", "editor", "admin"];

/** Names and patterns of a text field, apart by commas or spaces. */
export function namesIn(field: string): string[] {
  return field.split(/[\s,]+/).filter(Boolean);
}
