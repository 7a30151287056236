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
  if (file === "") {
    const token = await tokens.createFirst();
    if (token !== null) show?.(token);
    return;
  }
  const given = await readIfThere(file);
  if (given !== "") return await tokens.adopt(given);
  // Made ready before there is a token: one that could not be kept would lock everybody out.
  using place = await makePlace(file);
  const token = await tokens.createFirst();
  if (token !== null) await place.write(new TextEncoder().encode(`${token}\n`));
}

async function readIfThere(file: string): Promise<string> {
  try {
    return (await Deno.readTextFile(file)).trim();
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) return "";
    throw new CarillonError("unavailable", `Cannot read the admin token "${file}": ${messageOf(thrown)}`);
  }
}

async function makePlace(file: string): Promise<Deno.FsFile> {
  try {
    const place = await Deno.open(file, { write: true, create: true, mode: 0o600 });
    await Deno.chmod(file, 0o600);
    return place;
  } catch (thrown) {
    throw new CarillonError("unavailable", `Cannot write the admin token "${file}": ${messageOf(thrown)}`);
  }
}
