import { brokenReferences, type JobDefinition } from "../../src/model/mod.ts";
import type { Issue } from "../../src/runtime/mod.ts";
import type { AppDeps } from "../deps.ts";

/** Doubts about the secrets that a job names. Throws `forbidden` for one that is not for the job. */
export async function secretDoubts({ secrets }: AppDeps, definition: JobDefinition): Promise<Issue[]> {
  const missing = await secrets.missingIn(definition);
  const broken = brokenReferences(definition.executorConfig ?? {});
  return [
    ...missing.map(({ path, name }) => ({
      path: `executor_config.${path}`,
      message: `names secret "${name}", which does not exist: runs will fail until it does`,
    })),
    ...broken.map((path) => ({
      path: `executor_config.${path}`,
      message: "has a ${secret: that names no secret, and stays as it is",
    })),
  ];
}
