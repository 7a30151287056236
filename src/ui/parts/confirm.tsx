import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type ReactNode, useState } from "react";
import { text } from "../english.ts";

/** What is asked before something is done. */
export interface Question {
  title: string;
  /** What will happen, named. */
  body: ReactNode;
  confirm: string;
  isDangerous?: boolean;
  /** Ask for a note, of which this is the label. */
  note?: string;
}

/** Asks before something is done; `ask` opens the question, `dialog` stands somewhere in the page. */
export function useConfirm(question: Question, act: (note: string) => void): { ask: () => void; dialog: ReactNode } {
  const [opened, { open, close }] = useDisclosure(false);
  const [note, setNote] = useState("");
  const confirm = () => {
    close();
    act(note);
    setNote("");
  };
  const dialog = (
    <Modal opened={opened} onClose={close} title={<Text span fw={600}>{question.title}</Text>} centered>
      <Stack>
        <Text component="div" size="sm" className="breakable">{question.body}</Text>
        {question.note !== undefined && (
          <TextInput
            label={question.note}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
            maxLength={1_000}
            data-autofocus
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>{text.cancel}</Button>
          <Button color={question.isDangerous ? "red" : undefined} onClick={confirm}>{question.confirm}</Button>
        </Group>
      </Stack>
    </Modal>
  );
  return { ask: open, dialog };
}
