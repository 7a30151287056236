import { z } from "zod";
import { httpConfigSchema } from "../../../model/http_config.ts";
import { shellConfigSchema } from "../../../model/shell_config.ts";

/** How an option is entered: a switch, one of some values, a text, a longer text, or a map as lines `NAME=value`. */
export type OptionKind = "switch" | "text" | "long" | "map";

/** An option of an executor. */
export interface Option {
  name: string;
  kind: OptionKind;
  isRequired: boolean;
}

const SCHEMAS: Readonly<Record<string, z.ZodType>> = { shell: shellConfigSchema, http: httpConfigSchema };

/** Executors whose options are known. */
export const EXECUTORS: readonly string[] = Object.keys(SCHEMAS);

/** Options that are texts of several lines, or maps: a schema does not tell. */
const KINDS: Readonly<Record<string, OptionKind>> = { env: "map", headers: "map", body: "long" };

/** The options of an executor, from the schema that its jobs are checked by; none of an unknown one. */
export function optionsOf(executor: string): Option[] {
  const schema = SCHEMAS[executor];
  const object = schema && objectIn(schema);
  if (!object) return [];
  return Object.entries(object.shape).map(([name, option]) => ({
    name,
    kind: KINDS[name] ?? (takesBoolean(option) ? "switch" : "text"),
    isRequired: !option.safeParse(undefined).success,
  }));
}

/** What a pipe of steps makes an object of. */
function objectIn(schema: z.core.$ZodType): z.ZodObject | undefined {
  if (schema instanceof z.ZodObject) return schema;
  if (!(schema instanceof z.ZodPipe)) return undefined;
  return objectIn(schema.in) ?? objectIn(schema.out);
}

/** Whether `true` is read as itself. */
function takesBoolean(option: z.ZodType): boolean {
  return option.safeParse(true).data === true;
}
