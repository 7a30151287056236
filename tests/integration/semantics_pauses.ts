import assert from "node:assert/strict";
import { clusterPauseAnswerSchema } from "../../routes/wire/cluster_answer.ts";
import { at, MINUTE, type World } from "./semantics_world.ts";

/** A job for each minute whose runs succeed at once. */
export const MINUTELY = { schedule: "0 * * * * *", executor_config: { ends: "success" } };
const minutes = (...times: number[]) => times.map((minute) => at(minute * MINUTE));

/** Pauses the cluster; answers the pause as it is stored. */
export async function pause(world: World, body: Record<string, unknown> = {}) {
  return clusterPauseAnswerSchema.parse(await (await world.send("POST", "/v1/cluster/pause", body)).json()).pause;
}

/** Ends the pause of the cluster. */
export async function unpause(world: World): Promise<void> {
  await (await world.send("POST", "/v1/cluster/unpause")).body?.cancel();
}

/** Waits until runs of a job have succeeded: those of these minutes, and no others. */
export async function ranAt(world: World, job: string, ...times: number[]): Promise<void> {
  await world.states(job, ...times.map(() => "success" as const));
  assert.deepEqual((await world.each(job, "due_at")).sort(), minutes(...times));
}
