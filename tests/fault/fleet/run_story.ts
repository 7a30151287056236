import { z } from "zod";
import { executionAnswerSchema, STATES_ON_WIRE } from "../../../routes/wire/execution_answer.ts";
import { eventually } from "../../support/eventually.ts";

const openStates = ["queued", "running"];

/** A run of a job as the API tells of it, with its output. */
export type ToldRun = z.infer<typeof executionAnswerSchema>;

/** Stores a job. */
export async function storeJob(url: string, body: Record<string, unknown>): Promise<void> {
  const answer = await fetch(`${url}/v1/jobs?strict`, { method: "POST", body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`Cannot store "${body.name}": ${answer.status} ${await answer.text()}`);
  await answer.body?.cancel();
}

/** Starts a job by hand. */
export async function startJob(url: string, name: string): Promise<void> {
  const answer = await fetch(`${url}/v1/jobs/${name}`, { method: "POST" });
  if (!answer.ok) throw new Error(`Cannot start "${name}": ${answer.status} ${await answer.text()}`);
  await answer.body?.cancel();
}

/** All runs of a job, oldest first, with their output. */
export async function runsOf(url: string, name: string, withOutput = true): Promise<ToldRun[]> {
  const query = `state=${STATES_ON_WIRE.join()}&_start=0&_end=2000&_order=ASC${
    withOutput ? "" : "&output_size_limit=0"
  }`;
  const answer = await fetch(`${url}/v1/jobs/${name}/executions?${query}`);
  if (!answer.ok) throw new Error(`Cannot read the runs of "${name}": ${await answer.text()}`);
  return z.array(executionAnswerSchema).parse(await answer.json());
}

/** Waits until none of a job's runs is open, as `isOver` says too; answers them. */
export async function runsWhenOver(
  url: string,
  name: string,
  withinMs: number,
  isOver: (runs: readonly ToldRun[]) => boolean,
): Promise<ToldRun[]> {
  let runs: ToldRun[] = [];
  await eventually(async () => {
    runs = await runsOf(url, name);
    if (runs.every(({ state }) => !openStates.includes(state)) && isOver(runs)) return true;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }, { withinMs, what: `the end of "${name}"` }).catch(() => {});
  return runs;
}
