/** What stands in a text for a secret, as for the secrets below. */
const REFERENCE = /\$\{secret:([A-Za-z_][A-Za-z0-9._-]{0,99})\}/g;
const BEGINNING = "${secret:";

/** A secret that a config names, and where: `env.TOKEN`. */
export interface SecretReference {
  path: string;
  name: string;
}

/** The secrets that texts of a config name, one for each place and name. */
export function secretsIn(config: Readonly<Record<string, unknown>>): SecretReference[] {
  return [...textsOf(config, [])].flatMap(([path, text]) => {
    const names = new Set([...text.matchAll(REFERENCE)].map(([, name = ""]) => name));
    return [...names].map((name) => ({ path, name }));
  });
}

/** Where texts of a config begin to name a secret and do not: they stay as they are. */
export function brokenReferences(config: Readonly<Record<string, unknown>>): string[] {
  return [...textsOf(config, [])].flatMap(([path, text]) =>
    text.replaceAll(REFERENCE, "").includes(BEGINNING) ? [path] : []
  );
}

/**
 * A config with values in place of the secrets that it names. A text that is a JSON object or array stays one: there a
 * value is written as inside a JSON text. What stands in a value stands for nothing.
 *
 * @example
 * ```ts
 * import { withSecrets } from "./secret_reference.ts";
 * withSecrets({ env: { A: "Bearer ${secret:T}" } }, new Map([["T", "x"]])); // { env: { A: "Bearer x" } }
 * ```
 */
export function withSecrets(
  config: Readonly<Record<string, unknown>>,
  values: ReadonlyMap<string, string>,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, filled(value, values)]));
}

function filled(value: unknown, values: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") return filledText(value, values);
  if (Array.isArray(value)) return value.map((each) => filled(each, values));
  if (typeof value !== "object" || value === null) return value;
  return withSecrets(Object.fromEntries(Object.entries(value)), values);
}

function filledText(text: string, values: ReadonlyMap<string, string>): string {
  if (!text.includes(BEGINNING)) return text;
  const write = isJson(text) ? (value: string) => JSON.stringify(value).slice(1, -1) : (value: string) => value;
  return text.replaceAll(REFERENCE, (reference, name: string) => {
    const value = values.get(name);
    return value === undefined ? reference : write(value);
  });
}

/** Whether a text is an object or array of JSON, as Dkron writes headers. */
function isJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function* textsOf(value: unknown, path: readonly string[]): Iterable<[path: string, text: string]> {
  if (typeof value === "string") {
    if (value.includes(BEGINNING)) yield [path.join("."), value];
  } else if (typeof value === "object" && value !== null) {
    for (const [key, inside] of Object.entries(value)) yield* textsOf(inside, [...path, key]);
  }
}
