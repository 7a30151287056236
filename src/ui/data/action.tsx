import { notifications } from "@mantine/notifications";
import { useMutation, type UseMutationResult, useQueryClient } from "@tanstack/react-query";
import type { Client } from "../../client/mod.ts";
import { messageOf } from "../../runtime/mod.ts";
import { text } from "../english.ts";
import { useData } from "./data.tsx";

/** Something that a person does: it says what was done, or why not, and has everything read again. */
export function useAction<Given = void, Answer = unknown>(
  act: (client: Client, given: Given) => Promise<Answer>,
  done: (answer: Answer, given: Given) => string | null,
  options: { then?: (answer: Answer, given: Given) => void; isSilent?: boolean } = {},
): UseMutationResult<Answer, Error, Given> {
  const { client } = useData();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (given: Given) => act(client, given),
    onSuccess(answer, given) {
      const message = done(answer, given);
      if (message !== null) notifications.show({ message, color: "teal" });
      void queries.invalidateQueries();
      options.then?.(answer, given);
    },
    onError(error) {
      if (options.isSilent) return;
      notifications.show({ title: text.notDone, message: messageOf(error), color: "red", autoClose: 12_000 });
    },
  });
}
