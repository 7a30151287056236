import { useDebouncedValue } from "@mantine/hooks";
import { Spotlight, spotlight } from "@mantine/spotlight";
import { IconBolt, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useLocation } from "wouter";
import { useJobs } from "../data/queries.ts";
import { text } from "../english.ts";
import { jobPath } from "../paths.ts";
import { PLACES } from "./places.ts";

/** Opens the command palette. */
export const openPalette = (): void => spotlight.open();

/** How many jobs the palette offers. */
const JOBS_SHOWN = "8";

/** Goes anywhere by the keyboard: pages, what can be done, and jobs by a part of their name. */
export function Palette() {
  const [query, setQuery] = useState("");
  return (
    <Spotlight.Root
      query={query}
      onQueryChange={setQuery}
      shortcut={null}
      attributes={{ content: { "aria-label": text.search } }}
    >
      <Spotlight.Search placeholder={text.paletteHint} aria-label={text.search} />
      <Spotlight.ActionsList>
        <Places query={query.trim().toLowerCase()} />
        <FoundJobs query={query.trim()} />
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

function Places({ query }: { query: string }) {
  const [, go] = useLocation();
  const fitting = [{ path: "/new", label: text.newJob, Icon: IconPlus }, ...PLACES].filter(({ label }) =>
    label.toLowerCase().includes(query)
  );
  return fitting.map(({ path, label, Icon }) => (
    <Spotlight.Action
      key={path}
      label={label}
      leftSection={<Icon size={18} aria-hidden />}
      onClick={() => go(path)}
    />
  ));
}

function FoundJobs({ query }: { query: string }) {
  const [, go] = useLocation();
  const [sought] = useDebouncedValue(query, 120);
  const { data } = useJobs({ q: sought, _start: "0", _end: JOBS_SHOWN });
  const views = sought === "" ? [] : data?.views ?? [];
  return views.map(({ job: { definition } }) => (
    <Spotlight.Action
      key={definition.name}
      label={definition.name}
      description={definition.displayName || definition.schedule}
      leftSection={<IconBolt size={18} aria-hidden />}
      onClick={() => go(jobPath(definition.name))}
    />
  ));
}
