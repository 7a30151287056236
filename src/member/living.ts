import type { Asker } from "./ask.ts";

/** The first of a member's client addresses where it still answers; undefined when it is silent on all. */
export async function livingAt(
  asker: Asker,
  { clientUrls }: { clientUrls: readonly string[] },
  signal?: AbortSignal,
): Promise<string | undefined> {
  for (const url of clientUrls) {
    const lives = await asker.json(`${url}/version`, { signal }).then(() => true, () => false);
    if (lives) return url;
  }
  return undefined;
}
