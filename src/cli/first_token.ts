import { CarillonError, messageOf } from "../runtime/mod.ts";

/** What makes an admin's first token, and takes one that is given. */
interface FirstTokens {
  /** Null where there is one already. */
  createFirst(): Promise<string | null>;
  adopt(text: string): Promise<void>;
}

/**
 * Sees to it that an admin has a token: the one in `file`, or a new one, which is written there for its owner alone; without
 * a file it is shown. Throws `invalid` for a file that holds something else, `unavailable` for one that cannot be used.
 */
export async function seeToFirstToken(
  tokens: FirstTokens,
  file: string,
  show: ((token: string) => void) | undefined,
): Promise<void> {
  const given = file === "" ? "" : await readIfThere(file);
  if (given !== "") return await tokens.adopt(given);
  const token = await tokens.createFirst();
  if (token === null) return;
  if (file === "") show?.(token);
  else await write(file, token);
}

async function readIfThere(file: string): Promise<string> {
  try {
    return (await Deno.readTextFile(file)).trim();
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) return "";
    throw new CarillonError("unavailable", `Cannot read the admin token "${file}": ${messageOf(thrown)}`);
  }
}

async function write(file: string, token: string): Promise<void> {
  try {
    await Deno.writeTextFile(file, `${token}\n`, { mode: 0o600 });
    await Deno.chmod(file, 0o600);
  } catch (thrown) {
    throw new CarillonError("unavailable", `Cannot write the admin token "${file}": ${messageOf(thrown)}`);
  }
}
