import { z } from "zod";

/** Some of the jobs: those whose name fits one of the patterns and that have all of the metadata. */
export const scopeSchema = z.object({
  /** `*` stands for any characters. Empty: any name. */
  jobs: z.array(z.string().min(1).max(500)).max(50),
  metadata: z.record(z.string(), z.string()),
});
export type Scope = z.infer<typeof scopeSchema>;

/** Whether a job is in a scope: by its name, and by its metadata. */
export function isInScope(
  scope: Scope | null,
  { name, metadata }: { name: string; metadata: Readonly<Record<string, string>> | null },
): boolean {
  if (scope === null) return true;
  const named = scope.jobs.length === 0 || scope.jobs.some((pattern) => fitsPattern(pattern, name));
  return named && Object.entries(scope.metadata).every(([key, value]) => metadata?.[key] === value);
}

/** `*` stands for any characters. In the length of the name, whatever the pattern. */
function fitsPattern(pattern: string, name: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at <= name.length - last.length;
}
