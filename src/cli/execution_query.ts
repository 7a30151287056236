import { STATES_ON_WIRE } from "../../routes/wire/execution_answer.ts";

/** Every state that an execution may be listed by. */
export const ALL_STATES = STATES_ON_WIRE.join(",");

/** What a list of executions asks for, in the API's words. Null: those that started; no limit. */
export function executionQuery(
  asked: { states: string | null; limit: number | null; withOutput: boolean },
): Record<string, string> {
  const { states, limit, withOutput } = asked;
  const query = new Map<string, string>();
  if (states !== null) query.set("state", states);
  if (limit !== null) query.set("_end", String(limit));
  if (!withOutput) query.set("output_size_limit", "0");
  return Object.fromEntries(query);
}
