/** A snapshot of the process's environment variables. */
export function readEnvironment(): Readonly<Record<string, string>> {
  return Deno.env.toObject();
}
