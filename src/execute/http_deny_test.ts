import { equal, match, rejects, throws } from "node:assert/strict";
import { HttpExecutor } from "./http.ts";
import { DeniedAddresses } from "./http_deny.ts";
import { testServer } from "./test_server.ts";
import { fastClock, Trial } from "./trial.ts";

const file = (name: string) => new URL(`./testdata/${name}`, import.meta.url).pathname;

async function call(url: string, ranges: string[], config: Record<string, unknown> = {}) {
  using http = new HttpExecutor({ clock: fastClock, denied: new DeniedAddresses(ranges) });
  const trial = new Trial(http, { method: "GET", url, ...config });
  return { ...await trial.run(), output: trial.output };
}

/** An address that stands in none of the tests' ranges. */
const FAR = ["203.0.113.0/24"];

Deno.test("HttpExecutor.run() does not call what is denied: by address, in any spelling, and by a name that stands for it", async () => {
  await using server = testServer();
  const { port } = new URL(server.url("/"));
  const hosts = [
    "127.0.0.1",
    "localhost",
    "127.1",
    "0x7f.0.0.1",
    "2130706433",
    "[::ffff:127.0.0.1]",
    "[::1]",
    "0.0.0.0",
  ];
  for (const host of hosts) {
    const { success, reason } = await call(`http://${host}:${port}/text/hi`, ["private"]);
    equal(success, false, host);
    match(reason ?? "", /must not be called: this node's --http-deny says so$/, host);
  }
  equal(server.hits, 0);
});

Deno.test("HttpExecutor.run() calls what is not denied as ever, with the name that was asked for", async () => {
  await using server = testServer();
  const { port } = new URL(server.url("/"));
  for (const host of ["127.0.0.1", "localhost"]) {
    const { output } = await call(`http://${host}:${port}/echo`, FAR, { method: "POST", body: "x" });
    const { method, headers, body } = JSON.parse(output);
    equal(new Map(headers).get("host"), `${host}:${port}`);
    equal(`${method} ${body}`, "POST x");
  }
  equal((await call(server.url("/redirect/3"), FAR)).output, "arrived");
});

Deno.test("HttpExecutor.run() looks at the address of each redirect", async () => {
  const location = "http://169.254.169.254/latest/meta-data/";
  await using outer = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => Response.redirect(location, 302),
  );
  const { success, reason } = await call(`http://127.0.0.1:${outer.addr.port}/`, ["169.254.0.0/16"]);
  equal(success, false);
  match(reason ?? "", /169\.254\.169\.254 must not be called/);
});

Deno.test("HttpExecutor.run() verifies the certificate of the name, though it connects to an address", async () => {
  const [cert, key] = await Promise.all(["server.pem", "server.key"].map((name) => Deno.readTextFile(file(name))));
  await using server = testServer({ cert: cert ?? "", key: key ?? "" });
  const { port } = new URL(server.url("/"));
  const trusted = { tlsRootCAsFile: file("ca.pem") };
  equal((await call(`https://localhost:${port}/text/safe`, FAR, trusted)).output, "safe");
  equal((await call(`https://127.0.0.1:${port}/text/safe`, FAR, trusted)).output, "safe");
  equal((await call(`https://localhost:${port}/text/safe`, FAR)).success, false);
});

Deno.test("DeniedAddresses refuses what is no range, and takes a single address", async () => {
  for (const range of ["", "x", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/", "10.0.0.0/8/8", "-1.0.0.0"]) {
    throws(() => new DeniedAddresses([range]), { code: "invalid" }, range);
  }
  const one = new DeniedAddresses(["203.0.113.7", "2001:db8::/32"]);
  await rejects(one.addressOf("203.0.113.7"), /must not be called/);
  await rejects(one.addressOf("[2001:db8::5]"), /must not be called/);
  equal(await one.addressOf("203.0.113.8"), "203.0.113.8");
  await rejects(new DeniedAddresses(["private"]).addressOf("169.254.169.254"), /must not be called/);
});
