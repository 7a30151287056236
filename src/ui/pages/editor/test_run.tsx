import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { STATES_ON_WIRE } from "../../../../routes/wire/execution_answer.ts";
import { CarillonError, messageOf } from "../../../runtime/mod.ts";
import { type Data, useData } from "../../data/data.tsx";
import { useExecutions } from "../../data/queries.ts";
import { text } from "../../english.ts";
import { Problem, Read } from "../../parts/page.tsx";
import { State } from "../../parts/state.tsx";
import { Output } from "../execution/output.tsx";
import type { Draft } from "./draft.ts";

/** Fields that a test run goes without: it starts at once, starts nothing else, and is alone. */
const LEFT_OUT = ["parent_job", "depends_on", "disabled", "starts_at", "expires_at", "concurrency_key", "processors"];

/** Runs the draft once before it is saved: as a job of another name, which is gone afterwards. */
export function TestRun({ draft }: { draft: Draft }) {
  const data = useData();
  const [name, setName] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const begin = async () => {
    setProblem(null);
    try {
      setName(await startTest(data, draft));
    } catch (thrown) {
      draft.refuse(thrown);
      setProblem(messageOf(thrown));
    }
  };
  const close = () => {
    if (name !== null) void removeTest(data, name);
    setName(null);
  };
  return (
    <>
      <Button variant="default" onClick={() => void begin()}>{text.testRun}</Button>
      <Modal opened={name !== null} onClose={close} size="xl" title={<Text span fw={600}>{text.testRun}</Text>}>
        {name !== null && <Watched name={name} />}
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={close}>{text.endTest}</Button>
        </Group>
      </Modal>
      {problem !== null && <Text size="sm" c="red" role="alert">{problem}</Text>}
    </>
  );
}

async function startTest({ client, clock }: Data, draft: Draft): Promise<string> {
  const name = `${draft.text("name") || "job"}-test-${clock.now().toString(36)}`;
  const kept = Object.entries(draft.definition).filter(([key]) => !LEFT_OUT.includes(key));
  await client.apply({ ...Object.fromEntries(kept), name, schedule: "@manually" }, { strict: true });
  await client.run(name, { wait: false, force: false });
  return name;
}

/** Stops what still runs of it. */
async function removeTest({ client }: Data, name: string): Promise<void> {
  await client.remove(name, { cancel: true }).catch((thrown) => {
    if (!(thrown instanceof CarillonError && thrown.code === "not_found")) throw thrown;
  });
}

function Watched({ name }: { name: string }) {
  const executions = useExecutions(name, { end: 1, states: STATES_ON_WIRE });
  return (
    <Read of={executions}>
      {({ executions: [run] }) => {
        if (run === undefined) return <Problem error={new Error(text.noRuns)} />;
        return (
          <Stack gap="sm">
            <Group>
              <State state={run.state} />
              {run.reason && <Text size="sm">{run.reason}</Text>}
            </Group>
            <Output job={name} id={run.id} isOpen sizeBytes={run.outputSizeBytes} />
          </Stack>
        );
      }}
    </Read>
  );
}
