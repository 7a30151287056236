import { Button, Code, CopyButton, Group, Modal, Select, Stack, Table, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import type { TokenReport } from "../../../../routes/wire/token_answer.ts";
import type { Role } from "../../../model/mod.ts";
import { useAction } from "../../data/action.tsx";
import { useTokens } from "../../data/queries.ts";
import { text } from "../../english.ts";
import { Columns } from "../../parts/columns.tsx";
import { useConfirm } from "../../parts/confirm.tsx";
import { Moment } from "../../parts/moment.tsx";
import { Empty, Read } from "../../parts/page.tsx";
import { namesIn, ROLE_CHOICES } from "./role_choice.ts";

/** All tokens: whose they are, until when, and an end to each. */
export function TokensTab() {
  return (
    <Stack>
      <Group>
        <NewToken />
      </Group>
      <Read of={useTokens()}>
        {(tokens) =>
          tokens.length === 0
            ? <Empty title={text.noTokens}>{text.noTokensHint}</Empty>
            : (
              <Columns labels={text.tokenColumns} leastWidth={760} verticalSpacing={6}>
                {tokens.map((token) => <Row key={token.id} token={token} />)}
              </Columns>
            )}
      </Read>
    </Stack>
  );
}

function Row({ token }: { token: TokenReport }) {
  const { id, kind, name, role, jobs, createdAt, createdBy, expiresAt } = token;
  const shown = name ?? id;
  const revoke = useAction((client) => client.revokeToken(id), () => text.nowRevoked(shown));
  const confirm = useConfirm({
    title: text.revokeTitle(shown),
    body: text.revokeBody,
    confirm: text.revoke,
    isDangerous: true,
  }, () => revoke.mutate());
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm" className="breakable">{shown}</Text>
      </Table.Td>
      <Table.Td>
        <Text size="sm">{text.tokenKinds[kind]}</Text>
      </Table.Td>
      <Table.Td>
        <Text size="sm">{role ?? "–"}</Text>
      </Table.Td>
      <Table.Td>
        <Text size="sm">{jobs.join(", ") || text.allJobs}</Text>
      </Table.Td>
      <Table.Td>
        <Moment at={createdAt} size="sm" /> <Text span size="sm" c="dimmed">{createdBy}</Text>
      </Table.Td>
      <Table.Td>
        {expiresAt === null ? <Text size="sm">{text.noEnd}</Text> : <Moment at={expiresAt} size="sm" />}
      </Table.Td>
      <Table.Td>
        <Button size="xs" variant="default" c="red" onClick={confirm.ask} loading={revoke.isPending}>
          {text.revoke}
        </Button>
        {confirm.dialog}
      </Table.Td>
    </Table.Tr>
  );
}

function NewToken() {
  const [opened, { open, close }] = useDisclosure(false);
  const [made, setMade] = useState<string | null>(null);
  const end = () => {
    setMade(null);
    close();
  };
  return (
    <>
      <Button onClick={open}>{text.newToken}</Button>
      <Modal opened={opened} onClose={end} title={<Text span fw={600}>{text.newToken}</Text>}>
        {made === null ? <NewTokenForm made={setMade} /> : <Shown token={made} end={end} />}
      </Modal>
    </>
  );
}

function NewTokenForm({ made }: { made: (token: string) => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [jobs, setJobs] = useState("");
  const [lifetime, setLifetime] = useState("90d");
  const wanted = { name, role, jobs: namesIn(jobs), metadata: {}, lifetime: lifetime || null };
  const create = useAction((client) => client.createToken(wanted), () => null, { then: made });
  return (
    <Stack>
      <TextInput
        label={text.tokenName}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
        required
      />
      <Select
        label={text.role}
        data={[...ROLE_CHOICES]}
        value={role}
        onChange={(value) => setRole(ROLE_CHOICES.find((each) => each === value) ?? "viewer")}
        allowDeselect={false}
        description={text.roleHelp[role]}
      />
      <TextInput
        label={text.tokenJobs}
        description={text.tokenJobsHint}
        value={jobs}
        onChange={(event) => setJobs(event.currentTarget.value)}
        disabled={role === "admin"}
      />
      <TextInput
        label={text.lifetime}
        description={text.lifetimeHint}
        value={lifetime}
        onChange={(event) => setLifetime(event.currentTarget.value)}
      />
      <Group justify="flex-end">
        <Button onClick={() => create.mutate()} loading={create.isPending} disabled={name === ""}>{text.create}</Button>
      </Group>
    </Stack>
  );
}

/** It cannot be shown again. */
function Shown({ token, end }: { token: string; end: () => void }) {
  return (
    <Stack>
      <Text size="sm">{text.tokenOnce}</Text>
      <Code block className="breakable">{token}</Code>
      <Group justify="flex-end">
        <CopyButton value={token}>
          {({ copied, copy }) => <Button variant="default" onClick={copy}>{copied ? text.copied : text.copy}</Button>}
        </CopyButton>
        <Button onClick={end}>{text.done}</Button>
      </Group>
    </Stack>
  );
}
