import { join } from "node:path";
import { z } from "zod";
import { CarillonError } from "../runtime/mod.ts";
import { type ClusterPlan, textOf } from "./cluster_text.ts";

/** Which member of which cluster the data beside it belong to. */
const noteSchema = z.object({ v: z.literal(1), name: z.string(), cluster: z.string() });

/** Whether a member has ever run on this data directory, as etcd itself tells it. */
export async function hasData(dir: string): Promise<boolean> {
  try {
    for await (const entry of Deno.readDir(join(dir, "member", "wal"))) {
      if (entry.name.endsWith(".wal")) return true;
    }
  } catch (thrown) {
    if (!(thrown instanceof Deno.errors.NotFound)) throw thrown;
  }
  return false;
}

/**
 * Refuses data of another member or another cluster with `invalid`: etcd goes by its data and would silently take that
 * part. A cluster stays the same when its text changes in less than half of its other servers.
 */
export async function checkNote(dir: string, plan: ClusterPlan): Promise<void> {
  const text = await Deno.readTextFile(pathOf(dir)).catch((thrown) => {
    if (thrown instanceof Deno.errors.NotFound) return null;
    throw thrown;
  });
  if (text === null) return;
  const refuse = (reason: string) =>
    new CarillonError("invalid", `Cannot use etcd data "${dir}": ${reason}; say another --data-dir, or move it away`);
  const note = noteSchema.safeParse(parse(text));
  if (!note.success) throw refuse(`its note ${pathOf(dir)} cannot be read`);
  const { name, cluster } = note.data;
  const { own, others } = plan;
  if (name !== own.name) throw refuse(`they are of the member "${name}", and this node is called "${own.name}"`);
  const former = cluster.split(",");
  if (!former.includes(textOf([own]))) {
    throw refuse(
      `this member had another address (${cluster}); a machine that moves gives up its data and is replaced: ` +
        `carillon cluster replace ${own.name} --peer-url ${own.peerUrl}`,
    );
  }
  const kept = others.filter((entry) => former.includes(textOf([entry]))).length;
  if (kept * 2 < Math.min(others.length, former.length - 1)) throw refuse(`they are of another cluster (${cluster})`);
}

/** Notes whose data these are, before there are any. */
export async function writeNote(dir: string, plan: ClusterPlan): Promise<void> {
  const note: z.output<typeof noteSchema> = { v: 1, name: plan.own.name, cluster: textOf(plan.entries) };
  const draft = `${pathOf(dir)}.new`;
  await Deno.writeTextFile(draft, JSON.stringify(note), { mode: 0o600 });
  await Deno.rename(draft, pathOf(dir));
}

function pathOf(dir: string): string {
  return join(dir, "carillon-member.json");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
