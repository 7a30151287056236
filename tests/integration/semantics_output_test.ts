import assert from "node:assert/strict";
import type { ExecutionAnswer } from "../../routes/wire/execution_answer.ts";
import { type OutputPiece, readOutputEvents } from "../../src/client/output_events.ts";
import { startCarillon } from "../support/carillon.ts";
import { SECOND, World } from "./semantics_world.ts";

const MIB = 1024 * 1024;

/** The output of an execution as plain text. */
async function plain(world: World, id: string): Promise<string> {
  return await (await world.send("GET", `/v1/jobs/job/executions/${id}/output`)).text();
}

/** Events of an execution's output, after a number if one is given. */
async function* follow(world: World, id: string, lastId?: number): AsyncGenerator<OutputPiece> {
  const headers = lastId === undefined ? undefined : { "last-event-id": String(lastId) };
  const response = await world.send("GET", `/v1/jobs/job/executions/${id}/output?follow=true`, undefined, headers);
  if (!response.body) throw new Error("Cannot follow: no body");
  const events = readOutputEvents(response.body);
  while (true) {
    const next = await world.during(events.next());
    if (next.done) return;
    yield next.value;
  }
}

/** All bytes of some pieces as text. */
function textOf(pieces: readonly OutputPiece[]): string {
  return pieces.map((piece) => piece.kind === "bytes" ? new TextDecoder().decode(piece.data) : "").join("");
}

Deno.test("Output: a short one stands in the answers, whole", async () => {
  await using world = await World.open();
  await world.put("job");
  const run = await world.runOne("job");
  run.write("one\n");
  run.write("two\n");
  run.end();
  const [execution] = await world.states("job", "success");
  assert.deepEqual([execution?.output, execution?.output_size], ["one\ntwo\n", 8]);
  assert.equal(await plain(world, run.id), "one\ntwo\n");
});

Deno.test("Output: what came so far can be read while the run goes on", async () => {
  await using world = await World.open();
  await world.put("job");
  const run = await world.runOne("job");
  run.write("begun\n");
  await world.until(async () => await plain(world, run.id) === "begun\n");
  run.write("ended\n");
  run.end();
  await world.states("job", "success");
  assert.equal(await plain(world, run.id), "begun\nended\n");
});

Deno.test("Output: stdout and stderr come interleaved as they were written", async () => {
  await using carillon = await startCarillon(); // a real process keeps real time
  const command = "for i in $(seq 200); do echo out $i; echo err $i >&2; done";
  const executor_config = { command, shell: true };
  await carillon.json("POST", "/v1/jobs", { name: "job", schedule: "@manually", executor: "shell", executor_config });
  await carillon.json("POST", "/v1/jobs/job/run?wait=true");
  const [execution] = await carillon.json<ExecutionAnswer[]>("GET", "/v1/jobs/job/executions?output_size_limit=-1");
  const expected = Array.from({ length: 200 }, (_, i) => `out ${i + 1}\nerr ${i + 1}\n`).join("");
  assert.equal(execution?.output, expected);
});

Deno.test("Output: capped at 1 MiB, the first 64 KiB and the last of the rest, with a mark and a count between", async () => {
  await using world = await World.open();
  await world.put("job");
  const run = await world.runOne("job");
  const line = (i: number) => `${String(i).padStart(1023, ".")}\n`;
  for (let i = 0; i < 2048; i++) run.write(line(i));
  run.end();
  const [execution] = await world.states("job", "success");
  assert.deepEqual([execution?.output_size, execution?.output_truncated], [2 * MIB, true]);
  const text = await plain(world, run.id);
  const live = await world.send("GET", `/v1/jobs/job/executions/${run.id}/output?follow=true`, undefined, {
    accept: "text/plain",
  });
  assert.equal(await live.text(), text, "the same as it is followed");
  const skipped = 1 * MIB;
  const [head = "", tail = ""] = text.split(/\n\[.*\]\n/);
  assert.match(text, new RegExp(`\\[.*${skipped} bytes.*\\]`));
  assert.equal(head, Array.from({ length: 64 }, (_, i) => line(i)).join(""));
  assert.equal(tail, Array.from({ length: 960 }, (_, i) => line(1088 + i)).join(""));
});

Deno.test("Output: exactly at its cap it is whole, and says so", async () => {
  await using world = await World.open();
  await world.put("job");
  const run = await world.runOne("job");
  run.write("x".repeat(MIB));
  run.end();
  await world.states("job", "success");
  const execution = await (await world.send("GET", `/v1/jobs/job/executions/${run.id}`)).json();
  assert.deepEqual([execution.output_size, execution.output_truncated], [MIB, false]);
  assert.equal(await plain(world, run.id), "x".repeat(MIB));
});

Deno.test("Output: ?follow=true shows it live, each byte once, and then the end", async () => {
  await using world = await World.open();
  await world.put("job");
  const run = await world.runOne("job");
  const pieces: OutputPiece[] = [];
  let written = 0;
  run.write("line 0\n");
  for await (const piece of follow(world, run.id)) {
    pieces.push(piece);
    if (piece.kind === "bytes" && ++written < 20) run.write(`line ${written}\n`);
    else if (piece.kind === "bytes") run.end({ success: false, exitCode: 3 });
  }
  assert.equal(textOf(pieces), Array.from({ length: 20 }, (_, i) => `line ${i}\n`).join(""));
  const end = pieces.at(-1);
  assert.ok(end?.kind === "end");
  assert.deepEqual([end.state, end.exitCode], ["failed", 3]);
});

Deno.test("Output: a follower that comes back with Last-Event-ID loses nothing and sees nothing twice", async () => {
  await using world = await World.open();
  await world.put("job");
  const run = await world.runOne("job");
  const seen: OutputPiece[] = [];
  for (let round = 0; round < 6; round++) {
    run.write(`line ${round}\n`);
    const last = seen.at(-1);
    for await (const piece of follow(world, run.id, last && "id" in last ? last.id : undefined)) {
      seen.push(piece);
      break;
    }
    run.write(`unseen ${round}\n`);
  }
  run.end();
  const last = seen.at(-1);
  for await (const piece of follow(world, run.id, last && "id" in last ? last.id : undefined)) seen.push(piece);
  const expected = Array.from({ length: 6 }, (_, i) => `line ${i}\nunseen ${i}\n`).join("");
  assert.equal(textOf(seen), expected);
  assert.equal(seen.at(-1)?.kind, "end");
});

Deno.test("Output: a follower of an ended run gets all of it and the end, also after a restart", async () => {
  await using world = await World.open();
  await world.put("job");
  const run = await world.runOne("job");
  run.write("x".repeat(10_000));
  run.end();
  await world.states("job", "success");
  await world.restartAt(60 * SECOND);
  const pieces: OutputPiece[] = [];
  for await (const piece of follow(world, run.id)) pieces.push(piece);
  assert.equal(textOf(pieces), "x".repeat(10_000));
  assert.equal(pieces.at(-1)?.kind, "end");
});

Deno.test("Output: what a run wrote before it was lost is kept", async () => {
  await using world = await World.open();
  await world.put("job");
  const run = await world.runOne("job");
  run.write("before\n");
  await world.until(async () => await plain(world, run.id) === "before\n");
  await world.restartAt(60 * SECOND);
  await world.states("job", "lost");
  assert.equal(await plain(world, run.id), "before\n");
});
