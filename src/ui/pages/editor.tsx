import { Alert, Button, Group, Tabs, Text } from "@mantine/core";
import { useState } from "react";
import { Link, useLocation, useParams, useSearchParams } from "wouter";
import { messageOf } from "../../runtime/mod.ts";
import { useAction } from "../data/action.tsx";
import { useJob, useMay } from "../data/queries.ts";
import { text } from "../english.ts";
import { CodeEditor } from "../parts/code_editor.tsx";
import { Empty, PageHead, Read } from "../parts/page.tsx";
import { jobPath } from "../paths.ts";
import { type Definition, definitionOf } from "./editor/definition_text.ts";
import { useDraft } from "./editor/draft.ts";
import { JobForm } from "./editor/job_form.tsx";
import { TestRun } from "./editor/test_run.tsx";

/** What a new job begins as. */
const NEW: Definition = { name: "", schedule: "@every 1h", executor: "shell", executor_config: { command: "" } };

/** Writes a job: a new one, one like another, or one that is there. */
export default function Editor() {
  const { job } = useParams();
  const [search] = useSearchParams();
  const mayEdit = useMay("editor");
  const from = search.get("from");
  if (!mayEdit) return <Empty title={text.mayNotEdit}>{text.mayNotEditHint}</Empty>;
  if (job !== undefined) return <Existing name={decodeURIComponent(job)} isCopy={false} />;
  if (from !== null) return <Existing name={from} isCopy />;
  return <EditorPage start={NEW} etag={undefined} />;
}

function Existing({ name, isCopy }: { name: string; isCopy: boolean }) {
  return (
    <Read of={useJob(name)}>
      {({ json, etag }) => (isCopy
        ? <EditorPage start={{ ...definitionOf(json), name: `${name}-copy` }} etag={undefined} />
        : <EditorPage start={definitionOf(json)} etag={etag} />)}
    </Read>
  );
}

function EditorPage({ start, etag }: { start: Definition; etag: string | undefined }) {
  const isNew = etag === undefined;
  const draft = useDraft(start);
  const [known] = useState(etag);
  const [, go] = useLocation();
  const [tab, setTab] = useState<string | null>("form");
  const name = draft.text("name");
  const save = useAction(
    (client) => client.apply(draft.definition, { strict: true, ifMatch: known }),
    () => text.saved(name),
    { then: () => go(jobPath(name)), isSilent: true },
  );
  const send = () => save.mutate(undefined, { onError: (error) => draft.refuse(error) });
  return (
    <>
      <PageHead title={isNew ? text.newJob : text.editTitle(name)} />
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="form">{text.form}</Tabs.Tab>
          <Tabs.Tab value="yaml">YAML</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="form" maw={860}>
          <JobForm draft={draft} isNew={isNew} />
        </Tabs.Panel>
        <Tabs.Panel value="yaml" maw={860}>
          <CodeEditor label="YAML" language="yaml" value={draft.yaml} onChange={draft.setYaml} />
          {draft.yamlProblem && <Text size="sm" c="red" mt="xs" role="status">{draft.yamlProblem}</Text>}
        </Tabs.Panel>
      </Tabs>
      {save.error && (
        <Alert color="red" variant="outline" mt="md" maw={860} title={text.notSaved} role="alert">
          <Text size="sm" className="breakable">{messageOf(save.error)}</Text>
        </Alert>
      )}
      <Group mt="lg">
        <Button onClick={send} loading={save.isPending} disabled={draft.yamlProblem !== null}>
          {isNew ? text.create : text.save}
        </Button>
        <TestRun draft={draft} />
        <Button component={Link} href={isNew ? "/jobs" : jobPath(name)} variant="subtle">{text.cancel}</Button>
      </Group>
    </>
  );
}
