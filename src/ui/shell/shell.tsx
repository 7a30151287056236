import {
  ActionIcon,
  Alert,
  AppShell,
  Burger,
  Button,
  Group,
  Kbd,
  Menu,
  NavLink,
  Text,
  Tooltip,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { IconBell, IconMoon, IconSearch, IconSun, IconUser } from "@tabler/icons-react";
import { type ReactNode, useEffect } from "react";
import { Link, useLocation } from "wouter";
import { useAction } from "../data/action.tsx";
import { useLive } from "../data/live.ts";
import { useClusterPause, useMe, useMembers, useSession } from "../data/queries.ts";
import { text } from "../english.ts";
import { Moment } from "../parts/moment.tsx";
import { openPalette, Palette } from "./palette.tsx";
import { PLACES } from "./places.ts";

/** What stands around every page: where one can go, whether it is live, who one is. */
export function Shell({ children }: { children: ReactNode }) {
  const [opened, { toggle, close }] = useDisclosure(false);
  const [location, go] = useLocation();
  useEffect(close, [location]);
  useHotkeys([["mod+K", openPalette], ["/", openPalette], ["N", () => go("/new")]]);
  return (
    <AppShell
      header={{ height: 54 }}
      navbar={{ width: 210, breakpoint: "sm", collapsed: { mobile: !opened } }}
      padding="md"
    >
      <a href="#content" className="skip-link">{text.skip}</a>
      <AppShell.Header>
        <Group h="100%" px="md" gap="sm" wrap="nowrap" justify="space-between">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={text.menu} />
            <Link href="/" className="brand">
              <IconBell size={22} aria-hidden />
              {text.product}
            </Link>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Live />
            <SearchButton />
            <SchemeButton />
            <UserMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={text.pages}>
        {PLACES.map(({ path, label, Icon }) => (
          <NavLink
            key={path}
            component={Link}
            href={path}
            label={label}
            leftSection={<Icon size={18} aria-hidden />}
            active={path === "/" ? location === "/" : location.startsWith(path)}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="content">
        <PausedNotice />
        {children}
      </AppShell.Main>
      <Palette />
    </AppShell>
  );
}

function SearchButton() {
  return (
    <>
      <Button
        variant="default"
        size="xs"
        onClick={openPalette}
        visibleFrom="sm"
        leftSection={<IconSearch size={14} aria-hidden />}
        rightSection={<Kbd size="xs">Ctrl K</Kbd>}
      >
        {text.search}
      </Button>
      <ActionIcon variant="default" size="lg" onClick={openPalette} hiddenFrom="sm" aria-label={text.search}>
        <IconSearch size={16} />
      </ActionIcon>
    </>
  );
}

function SchemeButton() {
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme("light") === "dark";
  const label = isDark ? text.lightScheme : text.darkScheme;
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="default"
        size="lg"
        onClick={() => setColorScheme(isDark ? "light" : "dark")}
        aria-label={label}
      >
        {isDark ? <IconSun size={16} /> : <IconMoon size={16} />}
      </ActionIcon>
    </Tooltip>
  );
}

function UserMenu() {
  const { data: me } = useMe();
  const { data: session } = useSession();
  const signOut = useAction((client) => client.signOut(), () => null);
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size="lg" aria-label={text.account}>
          <IconUser size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{me ? text.signedInAs(me.name, me.role) : text.reading}</Menu.Label>
        {session?.asksTokens === false && <Menu.Label>{text.openToLoopback}</Menu.Label>}
        <Menu.Item component="a" href="/docs">{text.apiDocs}</Menu.Item>
        {session?.asksTokens && <Menu.Item onClick={() => signOut.mutate()}>{text.signOut}</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  );
}

function Live() {
  const state = useLive();
  return (
    <Tooltip label={state === "live" ? text.liveHint : text.brokenHint}>
      <Group gap={6} wrap="nowrap" role="status" aria-live="polite">
        <span className={`pulse ${state}`} aria-hidden />
        <Text size="xs" c="dimmed">{state === "live" ? text.live : text.notLive}</Text>
      </Group>
    </Tooltip>
  );
}

/** Nobody should wonder why nothing runs. */
function PausedNotice() {
  const { data: pause } = useClusterPause();
  const { data: members = [] } = useMembers();
  if (pause) {
    return (
      <Alert color="yellow" variant="outline" mb="md" title={text.clusterPaused}>
        {text.pausedBy(pause.by, pause.note)} (<Moment at={pause.from} />).{" "}
        <Link href="/settings">{text.settings}</Link>
      </Alert>
    );
  }
  if (
    members.length === 0 || members.some(({ slots, state, draining }) => slots > 0 && state === "alive" && !draining)
  ) return null;
  return (
    <Alert color="yellow" variant="outline" mb="md" title={text.noNode}>
      {text.noNodeHint} <Link href="/nodes">{text.nodes}</Link>
    </Alert>
  );
}
