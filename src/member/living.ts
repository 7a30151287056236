import type { Asker } from "./ask.ts";

/**
 * The first of a member's addresses where an etcd still answers; undefined when it is silent on all. Peer addresses are
 * asked too, as clients may be kept out by a firewall; a server without data answers there, but is no etcd.
 */
export async function livingAt(
  asker: Asker,
  { clientUrls, peerUrls }: { clientUrls: readonly string[]; peerUrls: readonly string[] },
  signal?: AbortSignal,
): Promise<string | undefined> {
  for (const url of [...clientUrls, ...peerUrls]) {
    const lives = await asker.json(`${url}/version`, { signal }).then(() => true, () => false);
    if (lives) return url;
  }
  return undefined;
}
