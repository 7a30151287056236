import { Button, Group, Modal, PasswordInput, Select, Stack, Table, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import type { UserReport } from "../../../../routes/wire/session_answer.ts";
import type { Role } from "../../../model/mod.ts";
import { useAction } from "../../data/action.tsx";
import { useUsers } from "../../data/queries.ts";
import { text } from "../../english.ts";
import { Columns } from "../../parts/columns.tsx";
import { useConfirm } from "../../parts/confirm.tsx";
import { Moment } from "../../parts/moment.tsx";
import { Empty, Read } from "../../parts/page.tsx";
import { namesIn, ROLE_CHOICES } from "./role_choice.ts";

/** People who sign in with a password. */
export function UsersTab() {
  return (
    <Stack>
      <Group>
        <UserButton label={text.newUser} isNew />
      </Group>
      <Read of={useUsers()}>
        {(users) =>
          users.length === 0
            ? <Empty title={text.noUsers}>{text.noUsersHint}</Empty>
            : (
              <Columns labels={text.userColumns} leastWidth={640} verticalSpacing={6}>
                {users.map((user) => <Row key={user.name} user={user} />)}
              </Columns>
            )}
      </Read>
    </Stack>
  );
}

function Row({ user }: { user: UserReport }) {
  const { name, role, jobs, createdAt } = user;
  const remove = useAction((client) => client.removeUser(name), () => text.userGone(name));
  const confirm = useConfirm({
    title: text.deleteUserTitle(name),
    body: text.deleteUserBody,
    confirm: text.delete,
    isDangerous: true,
  }, () => remove.mutate());
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm" className="breakable">{name}</Text>
      </Table.Td>
      <Table.Td>
        <Text size="sm">{role}</Text>
      </Table.Td>
      <Table.Td>
        <Text size="sm">{jobs.join(", ") || text.allJobs}</Text>
      </Table.Td>
      <Table.Td>
        <Moment at={createdAt} size="sm" />
      </Table.Td>
      <Table.Td>
        <Group gap="xs">
          <UserButton label={text.change} user={user} />
          <Button size="xs" variant="default" c="red" onClick={confirm.ask} loading={remove.isPending}>
            {text.delete}
          </Button>
        </Group>
        {confirm.dialog}
      </Table.Td>
    </Table.Tr>
  );
}

function UserButton({ label, user, isNew = false }: { label: string; user?: UserReport; isNew?: boolean }) {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button size={isNew ? "sm" : "xs"} variant={isNew ? "filled" : "default"} onClick={open}>{label}</Button>
      <Modal opened={opened} onClose={close} title={<Text span fw={600}>{user?.name ?? text.newUser}</Text>}>
        <UserForm user={user} saved={close} />
      </Modal>
    </>
  );
}

function UserForm({ user, saved }: { user?: UserReport; saved: () => void }) {
  const [name, setName] = useState(user?.name ?? "");
  const [role, setRole] = useState<Role>(user?.role ?? "viewer");
  const [jobs, setJobs] = useState(user?.jobs.join(", ") ?? "");
  const [password, setPassword] = useState("");
  const wanted = {
    role,
    jobs: role === "admin" ? [] : namesIn(jobs),
    metadata: role === "admin" ? {} : user?.metadata ?? {},
    password: password || undefined,
  };
  const save = useAction((client) => client.putUser(name, wanted), () => text.userSaved(name), { then: saved });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack>
        {user === undefined && (
          <TextInput
            label={text.user}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            autoComplete="off"
            data-autofocus
            required
          />
        )}
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
        <PasswordInput
          label={text.password}
          description={text.passwordHint}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ "aria-label": text.showPassword }}
          required={user === undefined}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending}>{text.save}</Button>
        </Group>
      </Stack>
    </form>
  );
}
