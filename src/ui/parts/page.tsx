import { Alert, Button, Center, Group, Loader, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useDocumentTitle } from "@mantine/hooks";
import { messageOf } from "../../runtime/mod.ts";
import { text } from "../english.ts";

/** The head of a page: what it is, and what can be done there. */
export function PageHead({ title, children, below }: { title: ReactNode; children?: ReactNode; below?: ReactNode }) {
  useDocumentTitle(typeof title === "string" ? `${title} · ${text.product}` : text.product);
  return (
    <Stack gap={4} mb="lg">
      <Group justify="space-between" align="center" gap="sm">
        <Title order={1} size="h2" className="breakable">{title}</Title>
        <Group gap="xs" className="page-actions">{children}</Group>
      </Group>
      {below}
    </Stack>
  );
}

/** Says why there is nothing, and what to do about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Center p="xl">
      <Stack gap={6} align="center" maw={520} ta="center">
        <Text fw={600}>{title}</Text>
        <Text component="div" c="dimmed" size="sm">{children}</Text>
      </Stack>
    </Center>
  );
}

/** What the server said instead of what was asked for. */
export function Problem({ error, again }: { error: unknown; again?: () => void }) {
  return (
    <Alert color="red" variant="outline" icon={<IconAlertTriangle />} title={text.cannotShow}>
      <Text size="sm" mb={again ? "sm" : 0}>{messageOf(error)}</Text>
      {again && <Button size="xs" variant="default" onClick={again}>{text.tryAgain}</Button>}
    </Alert>
  );
}

/** Shows what was read; until then that it is being read, and why it cannot be. */
export function Read<Answer>(
  { of, children }: { of: UseQueryResult<Answer>; children: (answer: Answer) => ReactNode },
) {
  if (of.data !== undefined) return <>{children(of.data)}</>;
  if (of.error) return <Problem error={of.error} again={() => void of.refetch()} />;
  return <Reading />;
}

/** Stands for what is being read. */
export function Reading() {
  return (
    <Center p="xl">
      <Loader type="dots" aria-label={text.reading} />
    </Center>
  );
}
