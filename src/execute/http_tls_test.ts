import assert from "node:assert/strict";
import { HttpExecutor } from "./http.ts";
import { testServer } from "./test_server.ts";
import { fastClock, Trial } from "./trial.ts";

/** A CA of this folder's own has signed the server's and the client's certificate. */
const file = (name: string) => new URL(`./testdata/${name}`, import.meta.url).pathname;
const client = { tlsCertificateFile: file("client.pem"), tlsCertificateKeyFile: file("client.key") };

async function call(url: string, config: Record<string, unknown>) {
  using http = new HttpExecutor({ clock: fastClock });
  const trial = new Trial(http, { method: "GET", url, ...config });
  return { ...await trial.run(), output: trial.output };
}

async function callTls(config: Record<string, unknown>) {
  const [cert, key] = await Promise.all([Deno.readTextFile(file("server.pem")), Deno.readTextFile(file("server.key"))]);
  await using server = testServer({ cert, key });
  return await call(server.url("/text/secure"), config);
}

Deno.test("HttpExecutor.run() refuses a server whose certificate it cannot verify", async () => {
  const { success, reason } = await callTls({});
  assert.equal(success, false);
  assert.match(reason ?? "", /: the server's certificate is not trusted: UnknownIssuer$/);
});

Deno.test("HttpExecutor.run() trusts the authorities of tlsRootCAsFile", async () => {
  assert.equal((await callTls({ tlsRootCAsFile: file("ca.pem") })).output, "secure");
});

Deno.test("HttpExecutor.run() verifies nothing with tlsNoVerifyPeer", async () => {
  assert.equal((await callTls({ tlsNoVerifyPeer: "true" })).output, "secure");
  const { success, output } = await callTls({ tlsNoVerifyPeer: true, method: "POST", body: "x", expectBody: "sec" });
  assert.deepEqual([success, output], [true, "secure"]);
});

Deno.test("HttpExecutor.run() does not go on without a TLS file that it cannot read", async () => {
  const missing = await callTls({ tlsNoVerifyPeer: "true", tlsRootCAsFile: "/no/such.pem" });
  assert.match(missing.reason ?? "", /: Cannot read tlsRootCAsFile "\/no\/such\.pem": No such file/);
  const wrong = await callTls({ tlsRootCAsFile: new URL(import.meta.url).pathname });
  assert.match(wrong.reason ?? "", /: Cannot use tlsRootCAsFile .*: it is no PEM file$/);
});

Deno.test("HttpExecutor.run() shows its certificate to a server that asks for one", async () => {
  const args = "s_server -accept 127.0.0.1:0 -www -Verify 1 -verify_return_error".split(" ");
  const files = ["-CAfile", file("ca.pem"), "-cert", file("server.pem"), "-key", file("server.key")];
  const command = new Deno.Command("openssl", { args: [...args, ...files], stdout: "piped", stderr: "null" });
  await using server = command.spawn();
  const url = `https://127.0.0.1:${await acceptingPort(server.stdout)}/`;
  const trusted = { tlsRootCAsFile: file("ca.pem") };
  assert.equal((await call(url, trusted)).success, false);
  assert.match((await call(url, { ...trusted, ...client })).output, /s_server/);
  assert.match((await call(url, { tlsNoVerifyPeer: true, ...client })).output, /s_server/);
  server.kill("SIGKILL");
});

async function acceptingPort(output: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of output) {
    text += new TextDecoder().decode(chunk);
    const port = /ACCEPT .*:(\d+)/.exec(text)?.[1];
    if (port !== undefined) return port;
  }
  throw new Error(`openssl s_server does not accept: ${text}`);
}
