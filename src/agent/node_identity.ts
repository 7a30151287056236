import { join } from "node:path";
import { invalid, type Random, randomDigits } from "../runtime/mod.ts";

/** Who a node is, as its operator says. `slots` is how many executions it runs at once. */
export interface NodeIdentity {
  name: string;
  tags: Record<string, string>;
  slots: number;
  version: string;
  /** Whether the same process is a server as well. */
  server: boolean;
}

/**
 * The node's id from `<dataDir>/node-id`, made there the first time. Throws `invalid` when the file holds something else:
 * a new id would make this a second node under the same name.
 */
export async function loadNodeId(dataDir: string, random: Random): Promise<string> {
  const path = join(dataDir, "node-id");
  try {
    const id = (await Deno.readTextFile(path)).trim();
    if (!/^[0-9a-z]{20}$/.test(id)) throw invalid(`Cannot read node id "${path}": it holds no id`);
    return id;
  } catch (thrown) {
    if (!(thrown instanceof Deno.errors.NotFound)) throw thrown;
  }
  const id = randomDigits(random, 20);
  const draft = `${path}.new`;
  await Deno.writeTextFile(draft, `${id}\n`);
  await Deno.rename(draft, path);
  return id;
}
