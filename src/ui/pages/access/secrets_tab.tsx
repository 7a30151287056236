import { Button, Code, Table, Text } from "@mantine/core";
import type { SecretInfo } from "../../../model/mod.ts";
import { useAction } from "../../data/action.tsx";
import { useSecrets } from "../../data/queries.ts";
import { text } from "../../english.ts";
import { Columns } from "../../parts/columns.tsx";
import { useConfirm } from "../../parts/confirm.tsx";
import { Moment } from "../../parts/moment.tsx";
import { Empty, Read } from "../../parts/page.tsx";

/** Names of secrets and who may use them. Values come by the command line, and no page shows them. */
export function SecretsTab() {
  return (
    <Read of={useSecrets()}>
      {(secrets) =>
        secrets.length === 0
          ? <Empty title={text.noSecrets}>{text.noSecretsHint}</Empty>
          : (
            <Columns labels={text.secretColumns} leastWidth={760} verticalSpacing={6}>
              {secrets.map((secret) => <Row key={secret.name} secret={secret} />)}
            </Columns>
          )}
    </Read>
  );
}

function Row({ secret: { name, jobs, selectors, readable, updatedAt, updatedBy } }: { secret: SecretInfo }) {
  const remove = useAction((client) => client.deleteSecret(name), () => text.secretGone(name));
  const confirm = useConfirm({
    title: text.deleteSecretTitle(name),
    body: text.deleteSecretBody,
    confirm: text.delete,
    isDangerous: true,
  }, () => remove.mutate());
  const nodes = selectors.map((tags) => Object.entries(tags).map((pair) => pair.join("=")).join(","));
  return (
    <Table.Tr>
      <Table.Td>
        <Code className="breakable">{name}</Code>
      </Table.Td>
      <Table.Td>
        <Text size="sm">{jobs.join(", ") || text.allJobs}</Text>
      </Table.Td>
      <Table.Td>
        <Text size="sm">{nodes.join("; ") || text.allNodes}</Text>
      </Table.Td>
      <Table.Td>
        <Moment at={updatedAt} size="sm" /> <Text span size="sm" c="dimmed">{updatedBy}</Text>
      </Table.Td>
      <Table.Td>
        <Text size="sm" c={readable ? undefined : "red"}>{readable ? text.readable : text.unreadable}</Text>
      </Table.Td>
      <Table.Td>
        <Button size="xs" variant="default" c="red" onClick={confirm.ask} loading={remove.isPending}>
          {text.delete}
        </Button>
        {confirm.dialog}
      </Table.Td>
    </Table.Tr>
  );
}
