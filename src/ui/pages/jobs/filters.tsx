import { Button, Group, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { text } from "../../english.ts";
import type { FilterPart, JobFilter } from "./job_filter.ts";

const STATUSES = (["success", "failed", "partially_failed", "untriggered"] as const).map((value) => ({
  value,
  label: value === "untriggered" ? text.neverRan : text.states[value],
}));

/** What of the jobs is shown. */
export function Filters({ filter }: { filter: JobFilter }) {
  // What was typed stands in the boxes: with another key they begin anew.
  const [clears, setClears] = useState(0);
  const clear = () => {
    setClears(clears + 1);
    filter.set({ q: "", status: "", which: "", executor: "", tag: "", metadata: "" });
  };
  const choose = (part: FilterPart) => (value: string | null) => filter.set({ [part]: value ?? "" });
  return (
    <Group gap="xs" mb="xs" align="flex-end">
      <Typed key={`q ${clears}`} filter={filter} part="q" label={text.searchJobs} w={220} />
      <Select
        label={text.lastResult}
        placeholder={text.any}
        data={STATUSES}
        value={filter.get("status") || null}
        onChange={choose("status")}
        clearable
        w={150}
      />
      <Select
        label={text.which}
        placeholder={text.any}
        data={WHICH}
        value={filter.get("which") || null}
        onChange={choose("which")}
        clearable
        w={130}
      />
      <Select
        label={text.executor}
        placeholder={text.any}
        data={["shell", "http"]}
        value={filter.get("executor") || null}
        onChange={choose("executor")}
        clearable
        w={120}
      />
      <Typed key={`tag ${clears}`} filter={filter} part="tag" label={text.tag} placeholder="role=web" w={140} />
      <Typed
        key={`metadata ${clears}`}
        filter={filter}
        part="metadata"
        label={text.metadata}
        placeholder="team=data"
        w={140}
      />
      {filter.isOn && <Button variant="subtle" onClick={clear}>{text.clearFilter}</Button>}
    </Group>
  );
}

const WHICH = [
  { value: "enabled", label: text.enabled },
  { value: "disabled", label: text.disabled },
  { value: "paused", label: text.paused },
];

function Typed(
  { filter, part, ...rest }: { filter: JobFilter; part: FilterPart; label: string; placeholder?: string; w: number },
) {
  const [typed, setTyped] = useState(filter.get(part));
  const apply = useDebouncedCallback((value: string) => filter.set({ [part]: value }), 200);
  return (
    <TextInput
      {...rest}
      leftSection={part === "q" ? <IconSearch size={14} aria-hidden /> : undefined}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        apply(event.currentTarget.value);
      }}
    />
  );
}
