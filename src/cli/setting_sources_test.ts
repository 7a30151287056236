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
    httpAddr: "127.0.0.1:8080",
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

Deno.test("readSettings() refuses a file that is no map of settings, and takes an empty one", () => {
  assert.deepEqual(faultsOf({ file: file("- slots") }), ["file c.yaml: not a map of settings"]);
  assert.match(
    faultsOf({ file: file("slots: 1\nslots: 2") })[0] ?? "",
    /^file c\.yaml: Map keys must be unique at line 2/,
  );
  assert.equal(read({ file: file("# nothing\n") }).slots, 100);
});

Deno.test("readSettings() says what to do about a node that would be nothing", () => {
  assert.match(faultsOf({ flags: { server: false } })[0] ?? "", /^Nothing to start: .*leave out --no-server/);
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
