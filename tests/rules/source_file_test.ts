import assert from "node:assert/strict";
import { SourceFile } from "./source_file.ts";

Deno.test("SourceFile.lineOf() counts lines of any text", () => {
  const file = SourceFile.parse("src/a/b.ts", '// µs 😀\r\n\nconst a = "µ"; const b = 1;\nconst c = `\n`;f();');
  assert.deepEqual(file.all("VariableDeclaration").map((node) => file.lineOf(node)), [3, 3, 4]);
  assert.deepEqual(file.all("CallExpression").map((node) => file.lineOf(node)), [5]);
});

Deno.test("SourceFile.parse() reads files that switch lint off, and names the file it cannot read", () => {
  const file = SourceFile.parse("src/a/b.ts", "// deno-lint-ignore-file\nf();");
  assert.equal(file.all("CallExpression").length, 1);
  assert.throws(() => SourceFile.parse("src/a/c.ts", "const = 1"), /Cannot parse "src\/a\/c\.ts"/);
});
