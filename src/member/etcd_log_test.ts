import assert from "node:assert/strict";
import { createLog } from "../runtime/mod.ts";
import { EtcdLog, readEtcdLine } from "./etcd_log.ts";
import { explainEnd } from "./last_words.ts";

Deno.test("readEtcdLine() reads JSON, the older form, and what a panic leaves", () => {
  const json = '{"level":"info","ts":"2026-01-02T03:04:05Z","caller":"a.go:1","msg":"added member","id":"ab"}';
  assert.deepEqual(readEtcdLine(json), { level: "debug", msg: "added member", fields: { id: "ab" } });
  const fatal = readEtcdLine('{"level":"fatal","msg":"discovery failed","error":"no","stacktrace":"x"}');
  assert.deepEqual(fatal, { level: "error", msg: "discovery failed", fields: { error: "no" } });
  const old = (letter: string) => readEtcdLine(`2026-01-02 03:04:05.678901 ${letter} | etcdmain: hello`);
  assert.deepEqual(["I", "W", "E", "C"].map((letter) => old(letter).level), ["debug", "warn", "error", "error"]);
  assert.equal(old("I").msg, "etcdmain: hello");
  assert.deepEqual(readEtcdLine("goroutine 1 [running]:"), {
    level: "warn",
    msg: "goroutine 1 [running]:",
    fields: {},
  });
});

Deno.test("EtcdLog.read() joins torn lines, and says what repeats once in ten seconds", async () => {
  const written: string[] = [];
  const log = createLog({ level: "warn", format: "text", now: () => 0, write: (line) => void written.push(line) });
  let nowMs = 0;
  const relay = new EtcdLog(log, () => nowMs);
  const warn = '{"level":"warn","msg":"slow"}\n';
  await relay.read(new Response(`${warn}${warn}{"level":"wa`).body ?? assert.fail());
  await relay.read(ReadableStream.from([`{"level":"er`, `ror","msg":"bad"}`]).pipeThrough(new TextEncoderStream()));
  nowMs = 10_001;
  await relay.read(new Response(warn).body ?? assert.fail());
  assert.deepEqual(written.map((line) => line.slice(25)), [
    "WARN  etcd: slow",
    'WARN  etcd: {"level":"wa',
    "ERROR etcd: bad",
    "WARN  etcd: slow repeated=1",
  ]);
  assert.equal(relay.last.length, 5);
});

Deno.test("explainEnd() tells what another start cannot mend from what it can", () => {
  const end = (error: string) => explainEnd("n1", "/d", 1, [{ level: "error", msg: "it failed", fields: { error } }]);
  assert.deepEqual(
    [end("listen tcp 10.0.0.1:2380: bind: cannot assign requested address")].map(({ error, final }) => [
      error.message,
      final,
    ]),
    [[
      'Cannot start etcd member "n1" on 10.0.0.1:2380: that is no address of this machine; say --etcd-listen HOST where ' +
      "it is behind address translation",
      true,
    ]],
  );
  assert.match(
    end("walpb: crc mismatch").error.message,
    /its data are damaged.*move \/d away.*\(etcd says: it failed: walpb/,
  );
  assert.match(end("open /d/member: permission denied").error.message, /cannot be written/);
  const timeout = end("could not retrieve cluster information from peer urls");
  assert.deepEqual([timeout.final, /exit code 1, and it says: it failed: could not/.test(timeout.error.message)], [
    false,
    true,
  ]);
});
