const HOW_TO_INSTALL = "sqlite3 is not installed (Debian: apt-get install sqlite3; macOS: brew install sqlite)";

/** What SQLite finds wrong with a store that nobody has open. */
export type Integrity = { kind: "ok" } | { kind: "damaged"; text: string } | { kind: "unchecked"; text: string };

/** Has a store checked by SQLite's own tool; without that tool it stays unchecked, and with `CI=true` that throws. */
export async function checkIntegrity(path: string): Promise<Integrity> {
  try {
    const { stdout, stderr } = await new Deno.Command("sqlite3", { args: [path, "PRAGMA integrity_check"] }).output();
    const text = new TextDecoder().decode(stdout).trim() || new TextDecoder().decode(stderr).trim();
    return text === "ok" ? { kind: "ok" } : { kind: "damaged", text };
  } catch (thrown) {
    if (!(thrown instanceof Deno.errors.NotFound)) throw thrown;
    if (Deno.env.get("CI") === "true") throw new Error(`Cannot check "${path}": ${HOW_TO_INSTALL}`, { cause: thrown });
    return { kind: "unchecked", text: HOW_TO_INSTALL };
  }
}
