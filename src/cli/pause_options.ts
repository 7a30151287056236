import { type Command, Option } from "commander";
import { type ApiOptions, withApi } from "./api.ts";

/** How a pause is to be, as the command line says. */
export interface PauseOptions extends ApiOptions {
  policy: "skip" | "last" | "all";
  note: string;
}

/** Adds the options of a command that pauses something. */
export function withPause(command: Command): Command {
  const policy = new Option(
    "--policy <POLICY>",
    "of the due times inside it, run none, the newest, or all when it ends",
  );
  return withApi(
    command.addOption(policy.choices(["skip", "last", "all"]).default("skip"))
      .option("--note <TEXT>", "why, for those who look", ""),
  );
}
