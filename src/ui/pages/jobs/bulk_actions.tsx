import { Button, Group, Text } from "@mantine/core";
import { useAction } from "../../data/action.tsx";
import { useMay } from "../../data/queries.ts";
import type { Client } from "../../../client/mod.ts";
import { messageOf } from "../../../runtime/mod.ts";
import { text } from "../../english.ts";
import { useConfirm } from "../../parts/confirm.tsx";

/** So many jobs are changed at the same time. */
const AT_ONCE = 8;

type Deed = "run" | "pause" | "unpause" | "enable" | "disable" | "delete";

/** Does one thing to all jobs that are selected. */
export function BulkActions({ selected, clear }: { selected: ReadonlySet<string>; clear: () => void }) {
  const names = [...selected];
  const mayRun = useMay("operator");
  const mayEdit = useMay("editor");
  if (names.length === 0) return <Text size="sm" c="dimmed">{text.selectHint}</Text>;
  return (
    <Group gap="xs">
      <Text size="sm" fw={600} role="status">{text.selected(names.length)}</Text>
      {mayRun &&
        (["run", "pause", "unpause", "enable", "disable"] as const).map((deed) => (
          <BulkButton key={deed} deed={deed} names={names} clear={clear} />
        ))}
      {mayEdit && <BulkButton deed="delete" names={names} clear={clear} />}
      <Button size="xs" variant="subtle" onClick={clear}>{text.clearSelection}</Button>
    </Group>
  );
}

function BulkButton({ deed, names, clear }: { deed: Deed; names: readonly string[]; clear: () => void }) {
  const act = useAction((client, note: string) => toEach(client, deed, names, note), (failed) => {
    clear();
    return failed.length === 0
      ? text.bulkDone[deed](names.length)
      : text.bulkFailed(failed.length, names.length, failed[0] ?? "");
  });
  const confirm = useConfirm({
    title: text.bulkTitle[deed](names.length),
    body: text.bulkBody[deed](names.slice(0, 12).join(", ") + (names.length > 12 ? ", …" : "")),
    confirm: text.bulk[deed],
    isDangerous: deed === "delete",
    note: deed === "pause" ? text.note : undefined,
  }, (note) => act.mutate(note));
  return (
    <>
      <Button
        size="xs"
        variant="default"
        c={deed === "delete" ? "red" : undefined}
        onClick={confirm.ask}
        loading={act.isPending}
      >
        {text.bulk[deed]}
      </Button>
      {confirm.dialog}
    </>
  );
}

/** Answers what was refused: which job, and why. */
async function toEach(client: Client, deed: Deed, names: readonly string[], note: string): Promise<string[]> {
  const failed: string[] = [];
  const left = [...names];
  const work = async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      await DEEDS[deed](client, name, note).catch((thrown) => failed.push(messageOf(thrown)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return failed;
}

const DEEDS: Readonly<Record<Deed, (client: Client, name: string, note: string) => Promise<unknown>>> = {
  run: (client, name) => client.run(name, { wait: false, force: false }),
  pause: (client, name, note) => client.pause(name, { policy: "skip", note }),
  unpause: (client, name) => client.unpause(name),
  enable: (client, name) => setDisabled(client, name, false),
  disable: (client, name) => setDisabled(client, name, true),
  delete: (client, name) => client.remove(name, { cancel: false }),
};

/** The API toggles: who has what is wanted already is left as it is. */
async function setDisabled(client: Client, name: string, disabled: boolean): Promise<void> {
  const { view } = await client.job(name);
  if (view.job.definition.disabled !== disabled) await client.toggle(name);
}
