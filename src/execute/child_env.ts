import { currentTrace } from "../trace/mod.ts";

/** Variables of the agent that a job may see; all others, such as tokens and keys, stay with the agent. */
const ALLOWED = new Set(["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR"]);

/** Where programs are looked for when the agent itself has no PATH. */
const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The part of the agent's environment that every child gets: a short allow-list, and all of `LC_*`. */
export function allowedEnvironment(env: Readonly<Record<string, string>>): Record<string, string> {
  const allowed = Object.entries(env).filter(([name]) => ALLOWED.has(name) || name.startsWith("LC_"));
  return { PATH: DEFAULT_PATH, ...Object.fromEntries(allowed) };
}

/**
 * Where traces are made, a child is told what it runs under, as OpenTelemetry's own tools expect it
 * (https://opentelemetry.io/docs/specs/otel/context/env-carriers/).
 */
export function tracedEnvironment(): Record<string, string> {
  const parent = currentTrace();
  return parent === undefined ? {} : { TRACEPARENT: parent };
}
