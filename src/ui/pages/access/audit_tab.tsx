import { Card, Group, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useAudit } from "../../data/queries.ts";
import { text } from "../../english.ts";
import { Moment } from "../../parts/moment.tsx";
import { Empty, Read } from "../../parts/page.tsx";
import { Changes } from "../job/revisions.tsx";

/** Who changed what, newest first. */
export function AuditTab() {
  const [target, setTarget] = useState("");
  const [by, setBy] = useState("");
  const [asked] = useDebouncedValue({ target, by }, 250);
  const query = {
    limit: "200",
    ...(asked.target ? { target: asked.target } : {}),
    ...(asked.by ? { by: asked.by } : {}),
  };
  return (
    <Stack>
      <Group>
        <TextInput label={text.auditTarget} value={target} onChange={(event) => setTarget(event.currentTarget.value)} />
        <TextInput label={text.auditBy} value={by} onChange={(event) => setBy(event.currentTarget.value)} />
      </Group>
      <Read of={useAudit(query)}>
        {(records) =>
          records.length === 0
            ? <Empty title={text.noAudit}>{text.noAuditHint}</Empty>
            : records.map((record) => (
              <Card key={record.id} withBorder p="sm">
                <Group gap="md">
                  <Text size="sm" fw={600}>{record.action}</Text>
                  <Text size="sm" className="breakable">{record.target}</Text>
                  <Text size="sm" c="dimmed">{text.auditWho(record.by, record.from)}</Text>
                  <Moment at={record.at} size="sm" c="dimmed" />
                </Group>
                <Changes changes={record.changes} />
              </Card>
            ))}
      </Read>
    </Stack>
  );
}
