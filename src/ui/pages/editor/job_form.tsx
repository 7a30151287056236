import { Accordion, Grid, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { text } from "../../english.ts";
import type { Draft } from "./draft.ts";
import { EXECUTORS, optionsOf } from "./executor_form.ts";
import { ChoiceField, LongField, MapField, NumberField, SwitchField, TextField } from "./field.tsx";
import { ScheduleFields } from "./schedule_fields.tsx";

/** A job's fields, those that are needed first. */
export function JobForm({ draft, isNew }: { draft: Draft; isNew: boolean }) {
  return (
    <Stack>
      <Grid>
        <Half>
          <TextField draft={draft} path="name" isRequired isDisabled={!isNew} isMono />
        </Half>
        <Half>
          <TextField draft={draft} path="displayname" />
        </Half>
      </Grid>
      <ScheduleFields draft={draft} />
      <ExecutorFields draft={draft} />
      <Accordion multiple variant="contained">
        <RunFields draft={draft} />
        <PlaceFields draft={draft} />
        <MissedFields draft={draft} />
        <OwnerFields draft={draft} />
      </Accordion>
    </Stack>
  );
}

function RunFields({ draft }: { draft: Draft }) {
  return (
    <Section name="runs">
      <Half>
        <ChoiceField draft={draft} path="concurrency" values={["allow", "forbid", "queue", "replace"]} />
      </Half>
      <Half>
        <TextField draft={draft} path="timeout" placeholder="10m" />
      </Half>
      <Half>
        <NumberField draft={draft} path="retries" min={0} max={1_000} />
      </Half>
      <Half>
        <TextField draft={draft} path="retry.delay" placeholder="1s" />
      </Half>
      <Half>
        <TextField draft={draft} path="concurrency_key" />
      </Half>
      <Half>
        <NumberField draft={draft} path="max_concurrent" min={1} max={10_000} />
      </Half>
    </Section>
  );
}

function PlaceFields({ draft }: { draft: Draft }) {
  return (
    <Section name="where">
      <Half>
        <MapField draft={draft} path="tags" placeholder="role=web" />
      </Half>
      <Half>
        <ChoiceField draft={draft} path="target" values={["all", "one"]} />
      </Half>
      <Half>
        <NumberField draft={draft} path="priority" min={0} max={8} />
      </Half>
    </Section>
  );
}

function MissedFields({ draft }: { draft: Draft }) {
  return (
    <Section name="missed">
      <Half>
        <ChoiceField draft={draft} path="misfire.policy" values={["skip", "last", "all"]} />
      </Half>
      <Half>
        <TextField draft={draft} path="misfire.window" placeholder="1h" />
      </Half>
      <Half>
        <TextField draft={draft} path="start_deadline" placeholder="1h" />
      </Half>
      <Half>
        <TextField draft={draft} path="jitter" placeholder="30s" />
      </Half>
      <Half>
        <ChoiceField draft={draft} path="on_lost" values={["fail", "retry", "wait"]} />
      </Half>
      <Half>
        <TextField draft={draft} path="lost_after" placeholder="1m" />
      </Half>
    </Section>
  );
}

function OwnerFields({ draft }: { draft: Draft }) {
  return (
    <Section name="who">
      <Half>
        <TextField draft={draft} path="owner" />
      </Half>
      <Half>
        <TextField draft={draft} path="owner_email" />
      </Half>
      <Half>
        <MapField draft={draft} path="metadata" placeholder="team=data" />
      </Half>
      <Half>
        <NumberField draft={draft} path="retention.count" min={0} max={10_000} />
      </Half>
      <Half>
        <SwitchField draft={draft} path="disabled" />
      </Half>
      <Half>
        <SwitchField draft={draft} path="ephemeral" />
      </Half>
    </Section>
  );
}

function Section({ name, children }: { name: keyof typeof text.sections; children: ReactNode }) {
  return (
    <Accordion.Item value={name}>
      <Accordion.Control>{text.sections[name]}</Accordion.Control>
      <Accordion.Panel>
        <Grid>{children}</Grid>
      </Accordion.Panel>
    </Accordion.Item>
  );
}

function Half({ children }: { children: ReactNode }) {
  return <Grid.Col span={{ base: 12, sm: 6 }}>{children}</Grid.Col>;
}

/** The executor, and the options that its schema has. */
function ExecutorFields({ draft }: { draft: Draft }) {
  const options = optionsOf(draft.text("executor"));
  const field = (option: typeof options[number]) => {
    const path = `executor_config.${option.name}`;
    const props = { draft, path, isRequired: option.isRequired };
    switch (option.kind) {
      case "switch":
        return <SwitchField {...props} />;
      case "long":
        return <LongField {...props} />;
      case "map":
        return <MapField {...props} />;
      case "text":
        return option.name === "command" ? <LongField {...props} /> : <TextField {...props} />;
      default:
        return option.kind satisfies never;
    }
  };
  return (
    <Grid>
      <Grid.Col span={12}>
        <ChoiceField draft={draft} path="executor" values={EXECUTORS} isRequired />
      </Grid.Col>
      {options.map((option) => (
        <Grid.Col key={option.name} span={{ base: 12, sm: option.isRequired || option.kind === "long" ? 12 : 6 }}>
          {field(option)}
        </Grid.Col>
      ))}
    </Grid>
  );
}
