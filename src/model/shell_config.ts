import { z } from "zod";
import { boolOption, durationOption, withoutBlanks } from "./config_option.ts";

const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

const COMMAND_HELP = "must be a command line, or an array of the program and its arguments";

const commandOption = z.union(
  [z.string().trim().min(1, COMMAND_HELP), z.tuple([z.string().min(1, COMMAND_HELP)], z.string())],
  COMMAND_HELP,
);

/** `K=V,K2=V2` as Dkron has it (so values have no commas), or an object. */
const envOption = z.union(
  [
    z.string().transform(pairsOfText),
    z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).transform((record) => Object.entries(record)),
  ],
  "must be NAME=value,NAME=value or an object of names and values",
).transform((pairs, context) => {
  for (const [name, value] of pairs) {
    if (!VARIABLE_NAME.test(name)) context.addIssue(`"${name}" is no name of a variable`);
    else if (value === undefined) context.addIssue(`"${name}" has no "="; values with commas need the object form`);
    else if (String(value).includes("\0")) context.addIssue(`"${name}" has a NUL in its value`);
  }
  return Object.fromEntries(pairs.map(([name, value]) => [name, String(value)]));
});

function pairsOfText(text: string): [string, string | undefined][] {
  return text.split(",").filter((part) => part.trim() !== "").map((part) => {
    const end = part.indexOf("=");
    return end < 0 ? [part.trim(), undefined] : [part.slice(0, end).trim(), part.slice(end + 1)];
  });
}

const payloadOption = z.string("must be base64 text").transform((text, context) => {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    context.addIssue("must be base64 text");
    return z.NEVER;
  }
});

/** A name or a number; it never looks like an option of the program that gets it. */
const suOption = z.string("must be user or user:group").regex(
  /^[A-Za-z0-9_][\w.-]*\$?(:[A-Za-z0-9_][\w.-]*\$?)?$/,
  "must be user or user:group",
).transform((text) => {
  const [user = "", group] = text.split(":");
  return { user, group };
});

const UNIT_BYTES: Record<string, number> = { "": 1, b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

const memLimitOption = z.union([z.number(), z.string()], "must be a size like 64MB").transform((value, context) => {
  const match = /^(\d+(?:\.\d*)?|\.\d+)\s*(b|[kmgt]b?)?$/i.exec(String(value).trim());
  const unit = (match?.[2] ?? "").toLowerCase();
  const sizeBytes = Math.floor(Number(match?.[1]) * (UNIT_BYTES[unit.slice(0, 1)] ?? NaN));
  if (sizeBytes > 0 && Number.isFinite(sizeBytes)) return sizeBytes;
  context.addIssue(`must be more than nothing, in bytes or with a unit (KB, MB, GB, TB), not "${value}"`);
  return z.NEVER;
});

/** The config of a `shell` job: strings as in Dkron, or typed values, become one typed shape. */
export const shellConfigSchema = z.preprocess(
  withoutBlanks,
  z.object({
    command: commandOption,
    shell: boolOption.default(false),
    env: envOption.default({}),
    cwd: z.string("must be the path of a directory").optional(),
    payload: payloadOption.optional(),
    su: suOption.optional(),
    timeout: durationOption.refine((ms) => ms > 0, "must be more than nothing").optional(),
    mem_limit: memLimitOption.optional(),
  }).refine((config) => !config.shell || typeof config.command === "string", {
    path: ["command"],
    message: "must be a text when shell is true",
  }),
).transform(({ timeout, mem_limit, ...rest }) => ({ ...rest, timeoutMs: timeout, memLimitBytes: mem_limit }));

/** What a `shell` job asks for. */
export type ShellConfig = z.infer<typeof shellConfigSchema>;
