import { messageOf } from "../runtime/mod.ts";
import { SecretKeys } from "../secret/mod.ts";
import { UsageError } from "./usage_error.ts";

/** The environment variable of a key: no flag has it, as command lines are open to all who use a machine. */
export const SECRET_KEY_VARIABLE = "CARILLON_SECRET_KEY";

/** What the keys of secrets are read from. */
export interface SecretKeySources {
  env: Readonly<Record<string, string>>;
  /** Path of a file; empty for none. */
  file: string;
  readText: (path: string) => Promise<string>;
}

/** The keys that a file or the environment holds, none where there is neither. Throws a UsageError, which shows no key. */
export async function readSecretKeys({ env, file, readText }: SecretKeySources): Promise<SecretKeys> {
  const given = env[SECRET_KEY_VARIABLE] ?? "";
  if (file !== "" && given !== "") {
    throw new UsageError([`Cannot use both --secret-key-file and ${SECRET_KEY_VARIABLE}: leave one out`]);
  }
  try {
    if (file !== "") return await SecretKeys.read(await readText(file), `file "${file}"`);
    return given === "" ? SecretKeys.none() : await SecretKeys.read(given, `environment ${SECRET_KEY_VARIABLE}`);
  } catch (thrown) {
    const message = messageOf(thrown);
    throw new UsageError([message.startsWith("Cannot") ? message : `Cannot read "${file}": ${message}`]);
  }
}

/** The environment without the key: nothing that a node starts is to see it. */
export function withoutSecretKey(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name !== SECRET_KEY_VARIABLE));
}
