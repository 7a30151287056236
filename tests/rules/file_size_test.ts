import assert from "node:assert/strict";
import { findIn } from "./sample.ts";
import { fileSize } from "./file_size.ts";

const lines = (n: number, line = "f();\n") => line.repeat(n);

Deno.test("fileSize catches the first line too many", () => {
  const found = findIn(fileSize, { "src/job/a.ts": lines(251), "main.ts": "// words\n" + lines(16) });
  assert.deepEqual(found, ["src/job/a.ts:251", "main.ts:17"]);
});

Deno.test("fileSize counts neither blank lines nor comments, but lines of a template", () => {
  const comments = lines(300, "\n") + lines(300, "// note\n") + "/**\n" + lines(300, " * note\n") + " */\n";
  const template = "const text = `\n" + lines(250, "// text\n") + "`;\n";
  const found = findIn(fileSize, { "src/job/a.ts": comments + lines(250), "src/job/b.ts": template });
  assert.deepEqual(found, ["src/job/b.ts:251"]);
});
