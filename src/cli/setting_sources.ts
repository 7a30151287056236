import { parse } from "yaml";
import { z } from "zod";
import { messageOf } from "../runtime/mod.ts";
import { defaultSettings, START_SETTINGS, type StartSettings, startSettingsSchema } from "./start_settings.ts";
import { UsageError } from "./usage_error.ts";

type Key = keyof StartSettings;

const KEYS = startSettingsSchema.keyof().options;
const partialSchema = startSettingsSchema.partial();

/** Where settings come from. */
export interface SettingSources {
  /** What the command line gave, by setting; true and false for switches. */
  flags: Readonly<Record<string, unknown>>;
  env: Readonly<Record<string, string>>;
  /** Text of the file that `--config` or CARILLON_CONFIG names. */
  file: { path: string; text: string } | null;
  hostname: string;
}

/** One place that settings come from: raw values, and how a message names each. */
interface Source {
  values: Record<string, unknown>;
  nameOf: (key: Key) => string;
  faults: string[];
}

/** The name of a setting on the command line and in a file: `httpAddr` is `http-addr`. */
export function flagOf(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The environment variable of a setting: `httpAddr` is `CARILLON_HTTP_ADDR`. */
export function variableOf(key: string): string {
  return `CARILLON_${flagOf(key).replaceAll("-", "_").toUpperCase()}`;
}

/**
 * The settings of `start`: a flag goes before the environment, that before the file, that before the default. Throws a
 * UsageError that lists what is wrong in all of them.
 */
export function readSettings(sources: SettingSources): StartSettings {
  const faults: string[] = [];
  const read = (source: Source) => {
    faults.push(...source.faults);
    const parsed = partialSchema.safeParse(source.values);
    if (parsed.success) return parsed.data;
    faults.push(...parsed.error.issues.map((issue) => `${nameOf(source, issue)}: ${issue.message}`));
    return {};
  };
  const given = {
    ...read(fileSource(sources.file)),
    ...read(environmentSource(sources.env)),
    ...read(flagSource(sources.flags)),
  };
  if (faults.length > 0) throw new UsageError(faults);
  const defaults = defaultSettings(sources.hostname);
  const settings = { ...defaults, server: (given.join ?? []).length === 0, ...given };
  const conflict = conflictOf(settings);
  if (conflict) throw new UsageError([conflict]);
  return settings;
}

/** Why these settings make no node; undefined when they do. */
function conflictOf(
  { server, agent, join, joinToken, joinTokenFile, secretKeyFile, oidcIssuer }: StartSettings,
): string | undefined {
  if (server && join.length > 0) {
    return "Cannot be a server and join others by --join: servers meet in their store, not over HTTP; " +
      "leave out --join for a server, or --server for an agent alone";
  }
  if (!server && join.length === 0) return "Nothing to start: without --server, --join says whose agent to be";
  if (!server && !agent) {
    return "Nothing to start: with --join this node is an agent alone, and --no-agent says it is none";
  }
  if (server && (joinToken !== "" || joinTokenFile !== "")) {
    return "Cannot use a join token on a server: it is for agents, with --join; a server makes its own";
  }
  if (!server && secretKeyFile !== "") {
    return "Cannot use keys of secrets on an agent alone: servers have them, and give it what its runs need";
  }
  if (!server && oidcIssuer !== "") {
    return "Cannot let people sign in on an agent alone: servers have the web UI; leave out --oidc-issuer";
  }
  if (joinToken !== "" && joinTokenFile !== "") return "Cannot use both a join token and a file of one: leave one out";
  return undefined;
}

function nameOf(source: Source, issue: z.core.$ZodIssue): string {
  const [key, ...inside] = issue.path;
  const setting = KEYS.find((each) => each === key);
  return [setting ? source.nameOf(setting) : String(key), ...inside.map(String)].join(".");
}

function flagSource(flags: SettingSources["flags"]): Source {
  const given = KEYS.filter((key) => flags[key] !== undefined);
  return {
    values: Object.fromEntries(given.map((key) => [key, fromText(key, flags[key])])),
    nameOf: (key) => `flag --${flagOf(key)}`,
    faults: [],
  };
}

/** Unset and empty are the same: an empty variable is how compose files leave one out. */
function environmentSource(env: SettingSources["env"]): Source {
  const given = KEYS.filter((key) => (env[variableOf(key)] ?? "") !== "");
  return {
    values: Object.fromEntries(given.map((key) => [key, fromText(key, env[variableOf(key)])])),
    nameOf: (key) => `environment ${variableOf(key)}`,
    faults: [],
  };
}

function fileSource(file: SettingSources["file"]): Source {
  if (!file) return { values: {}, nameOf: (key) => key, faults: [] };
  const nameOf = (key: string) => `file ${file.path}: ${key}`;
  const values: Record<string, unknown> = {};
  const faults: string[] = [];
  try {
    const content = z.record(z.string(), z.unknown()).nullable().safeParse(parse(file.text));
    if (!content.success) faults.push(`file ${file.path}: not a map of settings`);
    for (const [name, value] of Object.entries(content.data ?? {})) {
      const key = KEYS.find((each) => flagOf(each) === name);
      if (key) values[key] = value;
      else faults.push(`${nameOf(name)}: there is no such setting${suggestion(name)}`);
    }
  } catch (thrown) {
    faults.push(`file ${file.path}: ${messageOf(thrown).trim()}`);
  }
  return { values, nameOf: (key) => nameOf(flagOf(key)), faults };
}

/** What a text stands for; what it cannot stand for stays a text, and is refused by its schema. */
function fromText(key: Key, value: unknown): unknown {
  if (typeof value !== "string") return value;
  switch (START_SETTINGS[key].kind) {
    case "text":
      return value;
    case "whole":
      return /^\d{1,15}$/.test(value) ? Number(value) : value;
    case "flag":
      return { true: true, "1": true, false: false, "0": false }[value.toLowerCase()] ?? value;
    case "list":
      return value.split(",").map((part) => part.trim()).filter((part) => part !== "");
  }
}

/** The setting that a wrong name may have meant: same letters, or plural, or written with underscores. */
function suggestion(name: string): string {
  const folded = (text: string) => text.toLowerCase().replace(/[-_]|s$/g, "");
  const meant = KEYS.find((key) => folded(flagOf(key)) === folded(name));
  return meant ? `; did you mean ${flagOf(meant)}?` : "";
}
