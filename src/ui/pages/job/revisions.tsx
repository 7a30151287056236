import { Button, Card, Code, Group, Stack, Table, Text } from "@mantine/core";
import { useAction } from "../../data/action.tsx";
import { useMay, useRevisions } from "../../data/queries.ts";
import { text } from "../../english.ts";
import { Columns } from "../../parts/columns.tsx";
import { useConfirm } from "../../parts/confirm.tsx";
import { Moment } from "../../parts/moment.tsx";
import { Read } from "../../parts/page.tsx";

/** What a job was: each revision with what it changed, to be restored. */
export function Revisions({ name, current }: { name: string; current: number }) {
  return (
    <Read of={useRevisions(name)}>
      {(revisions) => (
        <Stack>
          {revisions.map((revision) => (
            <Card
              key={revision.revision}
              withBorder
              component="section"
              aria-label={text.revisionOf(revision.revision)}
            >
              <Group justify="space-between">
                <Group gap="sm">
                  <Text fw={600}>{text.revisionOf(revision.revision)}</Text>
                  <Moment at={revision.createdAt} size="sm" c="dimmed" />
                  {revision.revision === current && <Text size="sm" c="dimmed">{text.currentRevision}</Text>}
                </Group>
                {revision.revision !== current && <Restore name={name} revision={revision.revision} />}
              </Group>
              <Changes changes={revision.changes} />
            </Card>
          ))}
        </Stack>
      )}
    </Read>
  );
}

function Restore({ name, revision }: { name: string; revision: number }) {
  const mayEdit = useMay("editor");
  const restore = useAction((client) => client.revert(name, revision), () => text.restored(name, revision));
  const confirm = useConfirm({
    title: text.restoreTitle(name, revision),
    body: text.restoreBody,
    confirm: text.restore,
  }, () => restore.mutate());
  if (!mayEdit) return null;
  return (
    <>
      <Button size="xs" variant="default" onClick={confirm.ask} loading={restore.isPending}>{text.restore}</Button>
      {confirm.dialog}
    </>
  );
}

/** Which fields differ, before and after. */
export function Changes(
  { changes }: { changes: readonly { field: string; before: string | null; after: string | null }[] },
) {
  if (changes.length === 0) return null;
  return (
    <Columns labels={[text.field, text.before, text.after]} leastWidth={480} mt="xs" layout="fixed" verticalSpacing={4}>
      {changes.map(({ field, before, after }) => (
        <Table.Tr key={field}>
          <Table.Td>
            <Code>{field}</Code>
          </Table.Td>
          <Table.Td className="breakable">
            <span className="was">{before ?? "–"}</span>
          </Table.Td>
          <Table.Td className="breakable">
            <span className="is">{after ?? "–"}</span>
          </Table.Td>
        </Table.Tr>
      ))}
    </Columns>
  );
}
