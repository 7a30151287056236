import {
  Alert,
  Button,
  Card,
  Center,
  Divider,
  Group,
  PasswordInput,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { IconBell } from "@tabler/icons-react";
import { type FormEvent, type ReactNode, useState } from "react";
import type { Client } from "../../client/mod.ts";
import { messageOf } from "../../runtime/mod.ts";
import { useAction } from "../data/action.tsx";
import { useSession } from "../data/queries.ts";
import { text } from "../english.ts";

/** Asks who somebody is, in each way that the server knows. */
export function SignIn() {
  const { data: session } = useSession();
  const refused = new URLSearchParams(location.search).get("refused");
  return (
    <Center component="main" mih="100vh" p="md">
      <Card withBorder padding="xl" w="100%" maw={420}>
        <Stack>
          <Group gap="xs">
            <IconBell aria-hidden />
            <Title order={1} size="h3">{text.product}</Title>
          </Group>
          {refused !== null && (
            <Alert color="red" variant="outline" role="alert">
              <Text size="sm">{text.refusals[refused] ?? text.refusals.unauthorized}</Text>
            </Alert>
          )}
          {session?.oidc && (
            <>
              <Button
                component="a"
                href={`/v1/session/oidc?return=${
                  encodeURIComponent(refused ? "/ui/" : location.pathname + location.search)
                }`}
              >
                {text.signInWith(session.oidc.name)}
              </Button>
              <Divider label={text.or} />
            </>
          )}
          {session?.password && <PasswordForm />}
          {session?.password && <Divider label={text.or} />}
          <TokenForm />
        </Stack>
      </Card>
    </Center>
  );
}

/** A form of one way in: what is wrong with what was given stands below its fields. */
function WayIn(
  { credential, button, isSecond = false, children }: {
    credential: Parameters<Client["signIn"]>[0];
    button: string;
    isSecond?: boolean;
    children: ReactNode;
  },
) {
  const signIn = useAction((client) => client.signIn(credential), () => null, { isSilent: true });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {children}
        <Refusal error={signIn.error} />
        <Button type="submit" variant={isSecond ? "default" : "filled"} loading={signIn.isPending}>{button}</Button>
      </Stack>
    </form>
  );
}

function PasswordForm() {
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  return (
    <WayIn credential={{ user, password }} button={text.signIn}>
      <TextInput
        label={text.user}
        value={user}
        onChange={(event) => setUser(event.currentTarget.value)}
        autoComplete="username"
        required
      />
      <PasswordInput
        label={text.password}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        autoComplete="current-password"
        visibilityToggleButtonProps={{ "aria-label": text.showPassword }}
        required
      />
    </WayIn>
  );
}

function TokenForm() {
  const [token, setToken] = useState("");
  return (
    <WayIn credential={{ token: token.trim() }} button={text.signInWithToken} isSecond>
      <PasswordInput
        label={text.token}
        description={text.tokenHint}
        value={token}
        onChange={(event) => setToken(event.currentTarget.value)}
        autoComplete="off"
        visibilityToggleButtonProps={{ "aria-label": text.showToken }}
        required
      />
    </WayIn>
  );
}

function Refusal({ error }: { error: unknown }) {
  if (!error) return null;
  return (
    <Alert color="red" variant="outline">
      <Text size="sm">{messageOf(error)}</Text>
    </Alert>
  );
}
