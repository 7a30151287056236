import assert from "node:assert/strict";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { eventually } from "../../tests/support/eventually.ts";
import { createClient } from "../client/mod.ts";
import { followOutput } from "./follow_output.ts";

const END = 'id: 2\nevent: end\ndata: {"state":"success","exit_code":0,"reason":null}\n\n';

/** Follows over answers that come one after another; tells what was shown and what each request went on after. */
function follow(answers: string[]) {
  const clock = new FakeClock();
  const asked: (string | null)[] = [];
  const client = createClient({
    baseUrl: "http://localhost",
    fetch: (_input, init) => {
      asked.push(new Headers(init?.headers).get("last-event-id"));
      const answer = answers.shift();
      if (answer === undefined) return Promise.reject(new TypeError("refused"));
      return new Response(answer, { headers: { "content-type": "text/event-stream" } });
    },
  });
  let shown = "";
  const end = followOutput({ client, clock }, { job: "a", id: "e" }, (piece) => {
    shown += piece.kind === "bytes" ? new TextDecoder().decode(piece.data) : `<${piece.bytes}>`;
  });
  return { clock, asked, end, shown: () => shown };
}

Deno.test("followOutput() hands over every piece until the end", async () => {
  const { end, shown } = follow([`id: 0\nevent: output\ndata: a\ndata: \n\nevent: skipped\ndata: 7\n\n${END}`]);
  assert.deepEqual(await end, { kind: "end", id: 2, state: "success", exitCode: 0, reason: null });
  assert.equal(shown(), "a\n<7>");
});

Deno.test("followOutput() goes on where a connection broke", async () => {
  const { clock, asked, end, shown } = follow([
    "id: 0\nevent: output\ndata: a\n\n",
    `id: 1\nevent: output\ndata: b\n\n${END}`,
  ]);
  await eventually(() => clock.sleeping === 1);
  await clock.advance(1_000);
  await end;
  assert.deepEqual([asked, shown()], [[null, "0"], "ab"]);
});

Deno.test("followOutput() gives up when the server stays away", async () => {
  const { clock, asked, end } = follow([]);
  const refused = assert.rejects(end, /Cannot reach http:\/\/localhost: refused/);
  for (let i = 0; i < 5; i++) {
    await eventually(() => clock.sleeping === 1);
    await clock.advance(1_000);
  }
  await refused;
  assert.equal(asked.length, 6);
});
