import { z } from "zod";
import { DeniedAddresses } from "../execute/mod.ts";
import { LOG_LEVELS, parseDuration } from "../runtime/mod.ts";
import { isTimeZone } from "../schedule/mod.ts";
import { defaultMemberSettings, MEMBER_SETTINGS, memberSettingsShape } from "./member_settings.ts";
import { defaultOidcSettings, OIDC_SETTINGS, oidcSettingsShape } from "./oidc_settings.ts";
import { parseAddress } from "./serve.ts";
import { isNot, shown, text } from "./setting_text.ts";
import { defaultTlsSettings, TLS_SETTINGS, tlsSettingsShape } from "./tls_settings.ts";

const flag = z.boolean({ error: isNot("true or false") });

const oneOf = <const Choice extends string>(choices: readonly Choice[]) =>
  z.enum(choices, { error: isNot(`one of ${choices.join(", ")}`) });

const whole = (min: number, max: number) => {
  const error = isNot(`a whole number from ${min} to ${max}`);
  return z.number({ error }).refine((value) => Number.isInteger(value) && value >= min && value <= max, { error });
};

/** A Go duration, as milliseconds. */
const duration = z.string({ error: isNot("a duration like 30s or 1m30s") }).transform((value, context) => {
  try {
    return parseDuration(value);
  } catch {
    context.addIssue({ code: "custom", message: `${shown(value)} is not a duration like 30s or 1m30s` });
    return z.NEVER;
  }
});

const address = z.string({ error: isNot("an address like 127.0.0.1:8080") }).superRefine((value, context) => {
  try {
    parseAddress(value);
  } catch {
    context.addIssue({ code: "custom", message: `${shown(value)} is not an address like 127.0.0.1:8080` });
  }
});

/** An address of a server. */
const serverUrl = (value: string) => /^https?:\/\/[^/?#]+\/?$/.test(value) && URL.canParse(value);

/** A list of addresses of servers, or one of them. */
const joinList = z.union([z.array(z.string()), z.string().transform((one) => [one])], {
  error: isNot("a list of addresses like http://127.0.0.1:8080"),
}).transform((given, context) => {
  for (const value of given.filter((value) => !serverUrl(value))) {
    context.addIssue({ code: "custom", message: `${shown(value)} is not an address like http://127.0.0.1:8080` });
  }
  return given.map((value) => value.replace(/\/$/, ""));
});

/** Ranges of addresses, or one of them. */
const denyList = z.union([z.array(z.string()), z.string().transform((one) => [one])], {
  error: isNot("a list of ranges like 10.0.0.0/8"),
}).superRefine((given, context) => {
  for (const range of given) {
    try {
      new DeniedAddresses([range]);
    } catch {
      context.addIssue({ code: "custom", message: `${shown(range)} is not a range like 10.0.0.0/8, nor private` });
    }
  }
});

const tagMap = z.record(z.string(), z.string());

/** A map, or a list of `key=value`. */
const tags = z.union([tagMap, z.array(z.string())], { error: isNot("a map of texts, or a list of key=value") })
  .transform((given, context) => {
    const pairs = Array.isArray(given) ? given.map(splitTag) : Object.entries(given);
    for (const [key, value] of pairs) {
      const problem = tagProblem(key, value);
      if (problem) context.addIssue({ code: "custom", message: problem });
    }
    return Object.fromEntries(pairs);
  });

function splitTag(pair: string): [string, string] {
  const at = pair.indexOf("=");
  return at < 0 ? ["", pair] : [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
}

function tagProblem(key: string, value: string): string | undefined {
  if (key === "") return `${shown(value)} is not key=value`;
  if (key.length > 200 || value.length > 1_000) return `tag ${shown(key)} is too long`;
  return undefined;
}

/** Every setting of `start`, as text, environment and file are parsed to. Flags are called the same with dashes. */
export const startSettingsSchema = z.object({
  server: flag,
  agent: flag,
  join: joinList,
  // A secret: no message shows what was given.
  joinToken: z.string({ error: "it is not a text" }).refine((value) => /^\S+$/.test(value), {
    error: "it is no token",
  }),
  joinTokenFile: text("the path of a file", (value) => value !== ""),
  httpAddr: address,
  advertiseUrl: text(
    "an address like http://a.example:8080",
    (value) => /^https?:\/\/[^/\s]+\/?$/.test(value) && URL.canParse(value),
  ),
  adminTokenFile: text("the path of a file", (value) => value !== ""),
  secretKeyFile: text("the path of a file", (value) => value !== ""),
  auditRetention: duration,
  rateLimit: whole(0, 1_000_000),
  maxStreams: whole(0, 1_000_000),
  httpDeny: denyList,
  askTokens: flag,
  insecure: flag,
  dataDir: text("the path of a folder", (value) => value !== ""),
  kv: text("the address of a store", (value) => value !== ""),
  publicUrl: text(
    "an address like https://carillon.example",
    (value) => /^https?:\/\/[^/\s?#]+\/?$/.test(value) && URL.canParse(value),
  ),
  ...oidcSettingsShape,
  ...tlsSettingsShape,
  ...memberSettingsShape,
  nodeName: text("a name of 1 to 200 characters", (value) => value.length > 0 && value.length <= 200),
  tag: tags,
  timezone: text("a time zone like Europe/Berlin", isTimeZone),
  slots: whole(1, 100_000),
  defaultTarget: oneOf(["all", "one"]),
  drain: duration,
  logLevel: oneOf(LOG_LEVELS),
  logFormat: oneOf(["text", "json"]),
});
/** Every setting of `start`; `drain` is in milliseconds. */
export type StartSettings = z.output<typeof startSettingsSchema>;

/** What a setting is called and how it is written. */
interface SettingDescription {
  /** How its value is called in the help; null for a switch. */
  value: string | null;
  /** What a text from the command line or the environment stands for. */
  kind: "text" | "flag" | "whole" | "list";
  what: string;
}

/** Every setting as the help shows it. */
export const START_SETTINGS = {
  server: { value: null, kind: "flag", what: "be a server (as it is without --join)" },
  agent: { value: null, kind: "flag", what: "run jobs here (as it does; --no-agent: a server that runs none)" },
  join: { value: "URL", kind: "list", what: "be an agent alone, of the server there; repeat it for each server" },
  joinToken: { value: "TOKEN", kind: "text", what: "the token to join with, where servers ask for one" },
  joinTokenFile: { value: "FILE", kind: "text", what: "the same, from a file" },
  httpAddr: { value: "HOST:PORT", kind: "text", what: "listen here; :PORT means every interface (127.0.0.1:8080)" },
  advertiseUrl: {
    value: "URL",
    kind: "text",
    what: "where others reach this server, as it is shown (what it listens on)",
  },
  adminTokenFile: { value: "FILE", kind: "text", what: "an admin's token, written there if it is not (it is shown)" },
  secretKeyFile: {
    value: "FILE",
    kind: "text",
    what: "keys of secrets, one a line, the first encrypts (or one key in CARILLON_SECRET_KEY)",
  },
  auditRetention: { value: "DURATION", kind: "text", what: "how long it is kept who changed what (2160h)" },
  rateLimit: { value: "N", kind: "whole", what: "requests a second of one token or person; 0: any (1000)" },
  maxStreams: { value: "N", kind: "whole", what: "live answers at once of one token or person; 0: any (5000)" },
  httpDeny: {
    value: "RANGE",
    kind: "list",
    what: "addresses that http jobs must not call from here, like 10.0.0.0/8 or private",
  },
  askTokens: { value: null, kind: "flag", what: "ask for tokens on loopback, too, as behind a proxy on this machine" },
  insecure: { value: null, kind: "flag", what: "ask for no token beyond loopback: anyone there may run commands" },
  dataDir: { value: "DIR", kind: "text", what: "folder of the store and the agent's notes (carillon.data)" },
  kv: {
    value: "ADDRESS",
    kind: "text",
    what: "store that servers share: http(s)://host:port or etcd://host:port,… (a file in --data-dir)",
  },
  publicUrl: {
    value: "URL",
    kind: "text",
    what: "where people reach the web UI, if a proxy stands before this server",
  },
  ...OIDC_SETTINGS,
  ...TLS_SETTINGS,
  ...MEMBER_SETTINGS,
  nodeName: { value: "NAME", kind: "text", what: "name of this node (the host's name)" },
  tag: { value: "KEY=VALUE", kind: "list", what: "tag of this node that jobs may ask for; repeat it for more" },
  timezone: { value: "ZONE", kind: "text", what: "time zone of jobs that name none (UTC)" },
  slots: { value: "N", kind: "whole", what: "how many executions run here at once (100)" },
  defaultTarget: { value: "all|one", kind: "text", what: "where jobs without tags run: every node, or any one (all)" },
  drain: { value: "DURATION", kind: "text", what: "how long running jobs may go on after the first signal (30s)" },
  logLevel: { value: LOG_LEVELS.join("|"), kind: "text", what: "least level that is logged (info)" },
  logFormat: { value: "text|json", kind: "text", what: "form of log lines (text)" },
} as const satisfies Record<keyof StartSettings, SettingDescription>;

/** Settings that nobody set. */
export function defaultSettings(hostname: string): StartSettings {
  return {
    server: true,
    agent: true,
    join: [],
    joinToken: "",
    joinTokenFile: "",
    httpAddr: "127.0.0.1:8080",
    advertiseUrl: "",
    adminTokenFile: "",
    secretKeyFile: "",
    auditRetention: 2_160 * 3_600_000,
    rateLimit: 1_000,
    maxStreams: 5_000,
    httpDeny: [],
    askTokens: false,
    insecure: false,
    dataDir: "carillon.data",
    kv: "",
    publicUrl: "",
    ...defaultOidcSettings(),
    ...defaultTlsSettings(),
    ...defaultMemberSettings(),
    nodeName: hostname,
    tag: {},
    timezone: "UTC",
    slots: 100,
    defaultTarget: "all",
    drain: 30_000,
    logLevel: "info",
    logFormat: "text",
  };
}
