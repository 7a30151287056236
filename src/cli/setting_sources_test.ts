import { defaultMemberSettings } from "./member_settings.ts";
import { defaultOidcSettings } from "./oidc_settings.ts";
import { defaultTlsSettings } from "./tls_settings.ts";
import assert from "node:assert/strict";
import { flagOf, readSettings, type SettingSources, variableOf } from "./setting_sources.ts";
import { UsageError } from "./usage_error.ts";

const read = (sources: Partial<SettingSources>) =>
  readSettings({ flags: {}, env: {}, file: null, hostname: "host1", ...sources });

const file = (text: string) => ({ path: "c.yaml", text });

Deno.test("readSettings() takes the defaults where nothing is set", () => {
  assert.deepEqual(read({}), {
    server: true,
    agent: true,
    join: [],
    joinToken: "",
    joinTokenFile: "",
    secretKeyFile: "",
    kv: "",
    publicUrl: "",
    ...defaultOidcSettings(),
    ...defaultTlsSettings(),
    ...defaultMemberSettings(),
    httpAddr: "127.0.0.1:8080",
    advertiseUrl: "",
    adminTokenFile: "",
    rateLimit: 1_000,
    maxStreams: 5_000,
    httpDeny: [],
    auditRetention: 2_160 * 3_600_000,
    askTokens: false,
    insecure: false,
    dataDir: "carillon.data",
    nodeName: "host1",
    tag: {},
    timezone: "UTC",
    slots: 100,
    defaultTarget: "all",
    drain: 30_000,
    logLevel: "info",
    logFormat: "text",
  });
});

Deno.test("readSettings() prefers flag, then environment, then file", () => {
  const sources = {
    flags: { slots: "1", tag: ["role=web", "zone=a"] },
    env: { CARILLON_SLOTS: "2", CARILLON_DRAIN: "2s", CARILLON_TAG: "role=db" },
    file: file("slots: 3\ndrain: 3s\ndata-dir: /three\ntag: { role: cache }"),
  };
  const { slots, drain, dataDir, tag } = read(sources);
  assert.deepEqual({ slots, drain, dataDir, tag }, {
    slots: 1,
    drain: 2_000,
    dataDir: "/three",
    tag: { role: "web", zone: "a" },
  });
});

Deno.test("readSettings() reads each setting from each source", () => {
  const cases: [key: string, text: string, yaml: string, value: unknown][] = [
    ["httpAddr", "0.0.0.0:9000", "0.0.0.0:9000", "0.0.0.0:9000"],
    ["insecure", "true", "true", true],
    ["askTokens", "true", "true", true],
    ["agent", "false", "false", false],
    ["dataDir", "/d", "/d", "/d"],
    ["nodeName", "n", "n", "n"],
    ["tag", "a=1, b=2=3", "[a=1, b=2=3]", { a: "1", b: "2=3" }],
    ["timezone", "Europe/Berlin", "Europe/Berlin", "Europe/Berlin"],
    ["slots", "7", "7", 7],
    ["defaultTarget", "one", "one", "one"],
    ["drain", "1m30s", "1m30s", 90_000],
    ["logLevel", "debug", "debug", "debug"],
    ["logFormat", "json", "json", "json"],
  ];
  for (const [key, text, yaml, value] of cases) {
    const settings: Record<string, unknown>[] = [
      read({ flags: { [key]: text } }),
      read({ env: { [variableOf(key)]: text } }),
      read({ file: file(`${flagOf(key)}: ${yaml}`) }),
    ];
    for (const found of settings) assert.deepEqual(found[key], value, key);
  }
});

Deno.test("readSettings() takes an empty variable for an unset one, and knows no other variables", () => {
  assert.equal(read({ env: { CARILLON_SLOTS: "", CARILLON_PORT: "tcp://10.0.0.1:80" } }).slots, 100);
});

Deno.test("readSettings() names source, key and value of every fault, all at once", () => {
  const faults = faultsOf({
    flags: { slots: "x", timezone: "Mars/Base" },
    env: { CARILLON_SLOTS: "1.5", CARILLON_INSECURE: "maybe", CARILLON_LOG_LEVEL: "loud" },
    file: file('slots: "5"\nport: 80\ntags: { a: b }\ndrain: 30\ntag: [x]\nhttp-addr: 8080\nnode-name: ""'),
  });
  const expected = [
    "file c.yaml: port: there is no such setting",
    "file c.yaml: tags: there is no such setting; did you mean tag?",
    'file c.yaml: slots: "5" is not a whole number from 1 to 100000',
    "file c.yaml: drain: 30 is not a duration like 30s or 1m30s",
    'file c.yaml: tag: "x" is not key=value',
    "file c.yaml: http-addr: 8080 is not an address like 127.0.0.1:8080",
    'file c.yaml: node-name: "" is not a name of 1 to 200 characters',
    'environment CARILLON_SLOTS: "1.5" is not a whole number from 1 to 100000',
    'environment CARILLON_INSECURE: "maybe" is not true or false',
    'environment CARILLON_LOG_LEVEL: "loud" is not one of debug, info, warn, error',
    'flag --slots: "x" is not a whole number from 1 to 100000',
    'flag --timezone: "Mars/Base" is not a time zone like Europe/Berlin',
  ];
  assert.deepEqual(faults.toSorted(), expected.toSorted());
});

Deno.test("readSettings() makes an agent alone of who joins servers, from each source", () => {
  const urls = ["http://a:8080", "https://b"];
  for (
    const sources of [
      { flags: { join: ["http://a:8080/", "https://b"] } },
      { env: { CARILLON_JOIN: "http://a:8080, https://b" } },
      { file: file("join: [http://a:8080, https://b]") },
    ]
  ) {
    const { server, agent, join } = read(sources);
    assert.deepEqual({ server, agent, join }, { server: false, agent: true, join: urls });
  }
  assert.deepEqual(read({ file: file("join: http://a:1") }).join, ["http://a:1"]);
});

Deno.test("readSettings() does not show a token that it refuses", () => {
  assert.deepEqual(faultsOf({ flags: { join: ["http://a"], joinToken: "se cret" } }), [
    "flag --join-token: it is no token",
  ]);
});

Deno.test("readSettings() refuses a file that is no map of settings, and takes an empty one", () => {
  assert.deepEqual(faultsOf({ file: file("- slots") }), ["file c.yaml: not a map of settings"]);
  assert.match(
    faultsOf({ file: file("slots: 1\nslots: 2") })[0] ?? "",
    /^file c\.yaml: Map keys must be unique at line 2/,
  );
  assert.equal(read({ file: file("# nothing\n") }).slots, 100);
});

Deno.test("readSettings() says what to do about a node that would be nothing", () => {
  const join = ["http://a:8080"];
  const cases: [flags: Record<string, unknown>, says: RegExp][] = [
    [{ server: false }, /^Nothing to start: .*--join says whose agent/],
    [{ join, agent: false }, /^Nothing to start: .*--no-agent/],
    [{ join, server: true }, /^Cannot be a server and join others by --join: servers meet in their store/],
    [{ joinToken: "t" }, /^Cannot use a join token on a server/],
    [{ join, secretKeyFile: "f" }, /^Cannot use keys of secrets on an agent alone/],
    [{ join, joinToken: "t", joinTokenFile: "f" }, /leave one out$/],
  ];
  for (const [flags, says] of cases) assert.match(faultsOf({ flags })[0] ?? "", says);
});

function faultsOf(sources: Partial<SettingSources>): readonly string[] {
  try {
    read(sources);
  } catch (thrown) {
    if (thrown instanceof UsageError) return thrown.faults;
    throw thrown;
  }
  return [];
}
