import { deepEqual, ok, throws } from "node:assert/strict";
import { silentLog } from "../runtime/mod.ts";
import { ProcessJournal } from "./process_journal.ts";

const note = (i: number) => ({ pid: 1_000 + i, executionId: `e${i}`, startedAtMs: i });

function temporary(): { path: string } & Disposable {
  const folder = Deno.makeTempDirSync();
  return { path: `${folder}/processes`, [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }) };
}

Deno.test("ProcessJournal.living() knows after a restart what had started and not ended", () => {
  using file = temporary();
  using former = new ProcessJournal(file.path, silentLog);
  for (const i of [1, 2, 3]) former.started(note(i));
  former.ended("e2");
  former.ended("never started");
  using journal = new ProcessJournal(file.path, silentLog);
  deepEqual(journal.living(), [note(1), note(3)]);
});

Deno.test("ProcessJournal passes over a torn last line and goes on behind it", () => {
  using file = temporary();
  Deno.writeTextFileSync(file.path, "+ 1001 1 e1\n+ 10");
  using journal = new ProcessJournal(file.path, silentLog);
  journal.started(note(2));
  using next = new ProcessJournal(file.path, silentLog);
  deepEqual(next.living(), [note(1), note(2)]);
});

Deno.test("ProcessJournal.ended() keeps the file small, however many come and go", () => {
  using file = temporary();
  using journal = new ProcessJournal(file.path, silentLog);
  journal.started(note(0));
  for (let i = 1; i < 20_000; i++) {
    journal.started(note(i));
    journal.ended(`e${i}`);
  }
  ok(Deno.statSync(file.path).size < 200_000);
  using next = new ProcessJournal(file.path, silentLog);
  deepEqual(next.living(), [note(0)]);
});

Deno.test("ProcessJournal.started() throws once it is closed, so that nothing begins unnoted", () => {
  using file = temporary();
  const journal = new ProcessJournal(file.path, silentLog);
  journal[Symbol.dispose]();
  throws(() => journal.started(note(1)));
  journal.ended("e1");
});
