import { type Command, Option } from "commander";
import { createLog, messageOf } from "../../runtime/mod.ts";
import type { Cli, Finish } from "../cli.ts";
import { flagOf, readSettings, variableOf } from "../setting_sources.ts";
import { memberOptionsOf } from "../member_settings.ts";
import { oidcSettingsOf } from "../oidc_settings.ts";
import { tlsPathsOf } from "../tls_settings.ts";
import { readSecretKeys, withoutSecretKey } from "../secret_keys.ts";
import { START_SETTINGS, type StartSettings } from "../start_settings.ts";
import { listenForStop } from "../stop_signals.ts";
import { UsageError } from "../usage_error.ts";

/** How long a server may take to end at once, in milliseconds. */
const HURRY_MS = 2_000;

const FIRST_TOKEN = `
This server is open to more than loopback, so who uses it needs a token. This is an admin's, for --token or
CARILLON_TOKEN; it is shown this once. \`carillon join-token create\` makes one for agents, \`carillon token create\` for people.

  `;

const EXAMPLES = `
Each setting may also stand in the environment, as ${variableOf("httpAddr")}, ${variableOf("slots")}, …
(${variableOf("tag")}=role=web,zone=a), and in the YAML file of --config, under the name of its flag:

  http-addr: 127.0.0.1:9000
  tag: { role: web }

A flag goes before the environment, that before the file.

Examples:
  carillon start
  carillon start --data-dir /var/lib/carillon --timezone Europe/Berlin --log-format json
  carillon start --node-name web1 --tag role=web --tag zone=a
  carillon start --join http://a:8080 --join http://b:8080 --tag role=web   # an agent alone
  carillon start --server --no-agent                                         # a server that runs no jobs
  carillon start --server --kv https://kv:4512                               # one of several, on a store they share
  carillon start --node-name n1 --cluster n1=http://10.0.0.1:2380,n2=…,n3=…  # one of three machines
  CARILLON_SLOTS=20 carillon start --config /etc/carillon.yaml

The first SIGINT or SIGTERM stops cleanly and waits for running jobs (--drain), the second ends at once.`;

/** Adds `start`. */
export function addStart(program: Command, cli: Cli, finish: Finish): void {
  const command = program.command("start").description("Run a server, an agent, or both");
  for (const [key, { value, what, kind }] of Object.entries(START_SETTINGS)) {
    const flag = flagOf(key);
    command.addOption(optionOf(value === null ? `--${flag}` : `--${flag} <${value}>`, what, kind === "list"));
    if (value === null) command.addOption(new Option(`--no-${flag}`).default(undefined).hideHelp());
  }
  command.option("--config <FILE>", "read settings from a YAML file")
    .addHelpText("after", EXAMPLES)
    .action(finish((flags: Record<string, unknown>) => start(cli, flags)));
}

function optionOf(flags: string, what: string, repeats: boolean): Option {
  const option = new Option(flags, what);
  if (repeats) option.argParser((value: string, before: string[] = []) => [...before, value]);
  return option;
}

/** Runs a server until a signal stops it. Answers the process's exit code. */
async function start(cli: Cli, flags: Readonly<Record<string, unknown>>): Promise<number> {
  const settings = readSettings({
    flags,
    env: cli.env,
    file: await readConfig(cli, flags.config ?? (cli.env[variableOf("config")] || undefined)),
    hostname: cli.hostname(),
  });
  const { logLevel: level, logFormat: format } = settings;
  const write = (line: string) => cli.terminal.note(line);
  const log = createLog({ level, format, now: () => cli.clock.now(), write }, { node: settings.nodeName });
  cli.failures = { tell: (message) => log.error(message), withStacks: level === "debug" };
  using signals = listenForStop(cli.signals);
  const deps = { ...signals, log, clock: cli.clock, random: cli.random };
  const serving = settings.server
    ? cli.serve(await serveOptions(cli, settings), {
      ...deps,
      onFirstToken: (token) => cli.terminal.note(FIRST_TOKEN + token),
      onListening: ({ scheme, hostname, port }) => {
        const url = `${scheme}://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
        log.info(`Carillon ${cli.version} is up`, { url, dataDir: settings.dataDir });
      },
    })
    : cli.serveAgent(await agentOptions(cli, settings), deps);
  const hurried = signals.hurried.then(async (code) => {
    await Promise.race([serving.catch(() => {}), cli.clock.sleep(HURRY_MS)]);
    return code;
  });
  return await Promise.race([serving.then(() => signals.hurry.aborted ? hurried : 0), hurried]);
}

async function serveOptions(cli: Cli, settings: StartSettings): Promise<Parameters<Cli["serve"]>[0]> {
  const { httpAddr, advertiseUrl, timezone, defaultTarget, askTokens, insecure, adminTokenFile, agent, kv } = settings;
  const auditKeptMs = settings.auditRetention;
  const advertise = advertiseUrl === "" ? "" : new URL(advertiseUrl).host;
  const member = memberOptionsOf(settings) ?? null;
  if (member !== null && kv !== "") {
    throw new UsageError(["--cluster and --kv exclude each other: a cluster is the store"]);
  }
  if (askTokens && insecure) throw new UsageError(["--ask-tokens and --insecure exclude each other"]);
  const readText = (path: string) => cli.readText(path);
  const secretKeys = await readSecretKeys({ env: cli.env, file: settings.secretKeyFile, readText });
  const oidc = await oidcSettingsOf(settings, (path) => readSetting(cli, path));
  const shared = {
    secretKeys,
    oidc,
    limits: { requestsPerSecond: settings.rateLimit, streams: settings.maxStreams },
    publicUrl: settings.publicUrl === "" ? null : new URL(settings.publicUrl).origin,
    httpAddr,
    advertise,
    timezone,
    defaultTarget,
    askTokens,
    insecure,
    adminTokenFile,
    auditKeptMs,
    agent,
    kv,
    member,
  };
  return { ...nodeOptions(cli, settings), ...shared };
}

async function agentOptions(cli: Cli, settings: StartSettings): Promise<Parameters<Cli["serveAgent"]>[0]> {
  const { join, joinToken, joinTokenFile } = settings;
  const token = joinTokenFile === "" ? joinToken : (await readSetting(cli, joinTokenFile)).trim();
  return { ...nodeOptions(cli, settings), join, joinToken: token === "" ? null : token };
}

function nodeOptions({ env, version }: Cli, settings: StartSettings) {
  const { dataDir, nodeName, tag: tags, slots, drain: drainMs, httpDeny } = settings;
  const tls = tlsPathsOf(settings);
  return { dataDir, nodeName, tags, slots, drainMs, httpDeny, tls, env: withoutSecretKey(env), version };
}

async function readConfig(cli: Cli, path: unknown): Promise<{ path: string; text: string } | null> {
  return typeof path === "string" ? { path, text: await readSetting(cli, path) } : null;
}

async function readSetting(cli: Cli, path: string): Promise<string> {
  try {
    return await cli.readText(path);
  } catch (thrown) {
    throw new UsageError([`Cannot read settings "${path}": ${messageOf(thrown)}`]);
  }
}
