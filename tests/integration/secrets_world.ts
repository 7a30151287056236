import { ok } from "node:assert/strict";
import { systemRandom } from "../../src/runtime/mod.ts";
import { SecretKeys } from "../../src/secret/mod.ts";
import type { Carillon } from "../support/carillon.ts";

/** A value that is written otherwise in JSON, in addresses, and byte by byte. */
export const VALUE = 'hunter2 "is" päss';

/** A new key, as a file holds it. */
export const newKey = () => systemRandom.bytes(32).toBase64();

/** Keys, the first of which encrypts. */
export const keysOf = (...keys: string[]) => SecretKeys.read(keys.join("\n"), "a test");

/** A job that is run by hand. */
export const secretJob = (name: string, executorConfig: Record<string, unknown>, executor = "shell") => ({
  name,
  schedule: "@manually",
  executor,
  executor_config: executorConfig,
});

/** Runs a job to its end; answers its execution with its output. */
export async function runOf(carillon: Carillon, name: string) {
  await carillon.json("POST", `/v1/jobs/${name}/run?wait=true`);
  const [execution] = await carillon.json<{ id: string; success: boolean; state: string; reason: string }[]>(
    "GET",
    `/v1/jobs/${name}/executions?_sort=started_at&_order=DESC`,
  );
  ok(execution);
  const output = await carillon.request(`/v1/jobs/${name}/executions/${execution.id}/output`);
  return { ...execution, text: await output.text() };
}

/** How a value may stand in bytes that were read as Latin-1, or in an answer. */
export function formsOf(value: string): string[] {
  const bytes = new TextEncoder().encode(value);
  return [value, new TextDecoder("latin1").decode(bytes), bytes.toBase64(), JSON.stringify(value).slice(1, -1)];
}
