import assert from "node:assert/strict";
import { connect } from "node:tls";
import { Authority, type Certificate } from "../support/certificates.ts";
import { CarillonProcess, runCarillon, WITHIN } from "../support/carillon_process.ts";
import { eventually } from "../support/eventually.ts";

/** A folder for files, an authority, and a server that listens with its certificate. */
async function openServer(more: (authority: Authority) => string[] = () => []) {
  const dir = await Deno.makeTempDir({ prefix: "carillon-tls-" });
  const authority = await Authority.create(dir);
  const certificate = await authority.issue("first");
  const server = new CarillonProcess([
    ...["start", "--server", "--no-agent", "--node-name", "server", "--data-dir", `${dir}/server`],
    ...["--http-addr", "127.0.0.1:0", "--tls-cert", certificate.cert, "--tls-key", certificate.key],
    ...more(authority),
  ]);
  const [, url = "", port = "0"] = await server.says(/url=(https:\/\/127\.0\.0\.1:(\d+))/);
  const client = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(authority.ca)] });
  return {
    dir,
    authority,
    certificate,
    server,
    url,
    call: (path: string, init: RequestInit = {}) => fetch(url + path, { ...init, client } as RequestInit),
    /** The name in the certificate that it shows now. */
    async shows(): Promise<string> {
      const ca = await Deno.readTextFile(authority.ca);
      return await new Promise((resolve, reject) => {
        const socket = connect({ port: Number(port), host: "127.0.0.1", ca }, () => {
          resolve(String(socket.getPeerCertificate().subject.CN));
          socket.destroy();
        });
        socket.once("error", reject);
      });
    },
    agent(name: string, shown: Certificate | null) {
      const own = shown ? ["--tls-cert", shown.cert, "--tls-key", shown.key] : [];
      const node = ["--node-name", name, "--data-dir", `${dir}/${name}`];
      return new CarillonProcess(["start", "--join", url, ...node, "--tls-ca", authority.ca, ...own]);
    },
    async [Symbol.asyncDispose]() {
      client.close();
      await server[Symbol.asyncDispose]();
      await Deno.remove(dir, { recursive: true });
    },
  };
}

const withoutLeaks = { sanitizeOps: false, sanitizeResources: false }; // node:tls closes in its own time

Deno.test(
  "TLS: a server takes a new certificate while it runs, keeps it from a wrong one, and ends no stream",
  withoutLeaks,
  async () => {
    await using tls = await openServer();
    assert.equal((await (await tls.call("/health")).json()).status, "healthy");
    assert.equal(await tls.shows(), "first");
    const stop = new AbortController();
    const stream = await tls.call("/v1/events", { signal: stop.signal });
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    assert.ok(reader);

    const second = await tls.authority.issue("second");
    await Deno.copyFile(second.cert, tls.certificate.cert);
    await tls.server.says(/is not the key of .*; what was read before goes on/);
    assert.equal(await tls.shows(), "first");
    await Deno.copyFile(second.key, tls.certificate.key);
    await eventually(async () => await tls.shows() === "second", WITHIN);

    const job = { name: "a", schedule: "@manually", executor: "shell", executor_config: { command: "true" } };
    assert.ok((await tls.call("/v1/jobs", { method: "POST", body: JSON.stringify(job) })).ok);
    let told = "";
    while (!told.includes('"job":"a"')) {
      const { value, done } = await reader.read();
      assert.ok(!done, "the stream has ended");
      told += value;
    }
    stop.abort();
  },
);

Deno.test(
  "TLS: agents show a certificate where servers ask for one, and run jobs; others are refused",
  withoutLeaks,
  async () => {
    await using tls = await openServer(({ ca }) => ["--tls-client-ca", ca]);
    const good = await tls.authority.issue("good");
    await using agent = tls.agent("good", good);
    const job = { name: "a", schedule: "@manually", executor: "shell", executor_config: { command: "echo over TLS" } };
    assert.ok((await tls.call("/v1/jobs", { method: "POST", body: JSON.stringify({ ...job, target: "one" }) })).ok);
    await eventually(async () =>
      (await (await tls.call("/v1/members")).json()).some(
        ({ Name }: { Name: string }) => Name === "good",
      ), WITHIN);
    await (await tls.call("/v1/jobs/a/run", { method: "POST" })).body?.cancel();
    await eventually(async () => {
      const [run] = await (await tls.call("/v1/jobs/a/executions")).json();
      return run?.success === true && run.output === "over TLS\n";
    }, WITHIN);

    await Deno.mkdir(`${tls.dir}/other`);
    const stranger = await (await Authority.create(`${tls.dir}/other`)).issue("stranger");
    const ended = await tls.authority.issue("ended", 0);
    for (const [name, shown] of [["bare", null], ["stranger", stranger], ["ended", ended]] as const) {
      await using refused = tls.agent(name, shown);
      await refused.says(/shows no certificate of the authority/);
    }
    const names = (await (await tls.call("/v1/members")).json()).map(({ Name }: { Name: string }) => Name);
    assert.deepEqual(names.filter((name: string) => name !== "server"), ["good"]);
    assert.equal(agent.said.includes("ERROR"), false);
  },
);

Deno.test("TLS: files that are missing, no PEM, or do not fit are told of, and nothing starts", async () => {
  const dir = await Deno.makeTempDir({ prefix: "carillon-tls-" });
  try {
    const authority = await Authority.create(dir);
    const [one, other] = [await authority.issue("one"), await authority.issue("other")];
    await Deno.writeTextFile(`${dir}/junk.pem`, "junk");
    const start = (...more: string[]) =>
      runCarillon(["start", "--server", "--data-dir", `${dir}/d`, "--http-addr", "127.0.0.1:0", ...more]);
    const wrong: [flags: string[], says: RegExp][] = [
      [["--tls-cert", one.cert], /--tls-cert and --tls-key go together/],
      [["--tls-client-ca", authority.ca], /--tls-client-ca needs --tls-cert/],
      [["--tls-ca", authority.ca], /--tls-ca is for an agent/],
      [["--tls-cert", one.cert, "--tls-key", other.key], /other\.key": it is not the key of/],
      [["--tls-cert", `${dir}/junk.pem`, "--tls-key", one.key], /Cannot use TLS file ".*junk\.pem"/],
      [["--tls-cert", `${dir}/none.pem`, "--tls-key", one.key], /Cannot use TLS file ".*none\.pem"/],
    ];
    for (const [flags, says] of wrong) {
      const { code, err } = await start(...flags);
      assert.notEqual(code, 0, flags.join(" "));
      assert.match(err, says);
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
