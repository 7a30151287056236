import { NumberInput, Select, Switch, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { text } from "../../english.ts";
import type { Draft } from "./draft.ts";

interface FieldProps {
  draft: Draft;
  /** Where it stands in the job's body. */
  path: string;
  label?: string;
  isRequired?: boolean;
  placeholder?: string;
}

/** What every field says of itself: its name, what it is for, and what the server said of it. */
function sayingsOf({ draft, path, label, isRequired, placeholder }: FieldProps) {
  return {
    label: label ?? text.fields[path]?.label ?? path.split(".").at(-1),
    description: text.fields[path]?.help,
    error: draft.problem(path),
    withAsterisk: isRequired,
    placeholder,
  };
}

/** A field of one line. */
export function TextField(props: FieldProps & { isMono?: boolean; isDisabled?: boolean }) {
  const { draft, path, isMono, isDisabled } = props;
  return (
    <TextInput
      {...sayingsOf(props)}
      value={draft.text(path)}
      onChange={(event) => draft.set(path, event.currentTarget.value)}
      styles={isMono ? { input: { fontFamily: "var(--mantine-font-family-monospace)" } } : undefined}
      disabled={isDisabled}
    />
  );
}

/** A field of several lines. */
export function LongField(props: FieldProps) {
  const { draft, path } = props;
  return (
    <Textarea
      {...sayingsOf(props)}
      autosize
      minRows={2}
      maxRows={14}
      value={draft.text(path)}
      onChange={(event) => draft.set(path, event.currentTarget.value)}
      styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
    />
  );
}

/** A field that is on or off. */
export function SwitchField(props: FieldProps) {
  const { draft, path } = props;
  const { label, description, error } = sayingsOf(props);
  const value = draft.get(path);
  return (
    <Switch
      label={label}
      description={description}
      error={error}
      checked={value === true || value === "true"}
      onChange={(event) => draft.set(path, event.currentTarget.checked)}
    />
  );
}

/** A field that is a number. */
export function NumberField(props: FieldProps & { min: number; max: number }) {
  const { draft, path, min, max } = props;
  const value = draft.get(path);
  return (
    <NumberInput
      {...sayingsOf(props)}
      value={typeof value === "number" ? value : ""}
      onChange={(changed) => draft.set(path, typeof changed === "number" ? changed : undefined)}
      min={min}
      max={max}
      allowDecimal={false}
    />
  );
}

/** A field that is one of some values; none means what the server takes then. */
export function ChoiceField(props: FieldProps & { values: readonly string[]; searchable?: boolean }) {
  const { draft, path, values, searchable } = props;
  const value = draft.text(path);
  const known = value === "" || values.includes(value) ? values : [value, ...values];
  return (
    <Select
      {...sayingsOf(props)}
      data={known.map((each) => ({ value: each, label: text.choices[each] ?? each }))}
      value={value || null}
      onChange={(chosen) => draft.set(path, chosen ?? undefined)}
      searchable={searchable}
      clearable={!props.isRequired}
    />
  );
}

/** A map of texts, a line `name=value` for each. */
export function MapField(props: FieldProps) {
  const { draft, path } = props;
  const stored = linesOf(draft.get(path));
  const [typed, setTyped] = useState<string | null>(null);
  // What is typed stands as long as it means what is stored: half a line is no entry yet.
  const shown = typed !== null && linesOf(mapOf(typed)) === stored ? typed : stored;
  return (
    <Textarea
      {...sayingsOf({ placeholder: text.mapHint, ...props })}
      autosize
      minRows={2}
      maxRows={10}
      value={shown}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        draft.set(path, mapOf(event.currentTarget.value));
      }}
      styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
    />
  );
}

/** Dkron writes some maps as text: it is shown as it is. */
function linesOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(String).join("\n");
  return Object.entries(value ?? {}).map(([key, text]) => `${key}=${text}`).join("\n");
}

function mapOf(lines: string): Record<string, string> {
  const pairs = lines.split("\n").map((line) => [line, line.indexOf("=")] as const).filter(([, at]) => at > 0);
  return Object.fromEntries(pairs.map(([line, at]) => [line.slice(0, at).trim(), line.slice(at + 1)]));
}
