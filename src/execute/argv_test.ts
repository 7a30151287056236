import assert from "node:assert/strict";
import fc from "fast-check";
import { splitArgv } from "./argv.ts";

Deno.test("splitArgv() splits at blanks and honours quotes and backslashes", () => {
  assert.deepEqual(splitArgv(`a  'b c'\t"d e"f g\\ h '' ""`), ["a", "b c", "d ef", "g h", "", ""]);
  assert.deepEqual(splitArgv(String.raw`a "\"\\\x" '\x'`), ["a", String.raw`"\\x`, String.raw`\x`]);
  assert.deepEqual(splitArgv("a \\\n b\\\nc"), ["a", "bc"]);
  assert.deepEqual(splitArgv("find . -name *.log -exec rm {} \\;"), "find . -name *.log -exec rm {} ;".split(" "));
});

Deno.test("splitArgv() refuses what needs a shell, and drops nothing", () => {
  const refused = ["a && b", "a; b", "a | b", "a > f", "a < f", "a &", "a `b`", 'a "`b`"', "a $B", 'a "$B"', "a ${B}"];
  for (const line of [...refused, "a $(b)", "(a)", "a\nb", "a $1", "a $$", "a $?"]) {
    assert.throws(() => splitArgv(line), /needs a shell/, line);
  }
  assert.throws(() => splitArgv("A=1 b"), /begins with "A="/);
});

Deno.test("splitArgv() refuses an open quote, a last backslash and an empty line", () => {
  assert.throws(() => splitArgv("a 'b"), /open ' quote/);
  assert.throws(() => splitArgv('a "b'), /open " quote/);
  assert.throws(() => splitArgv('a "b\\'), /open " quote/);
  assert.throws(() => splitArgv("a \\"), /ends with a backslash/);
  assert.throws(() => splitArgv("  "), /is empty/);
});

Deno.test("splitArgv() takes quoted operators, a lone dollar and Carillon's own placeholders", () => {
  assert.deepEqual(splitArgv(`a '$B;' ";|" \\$B \\& c$ d$/`), ["a", "$B;", ";|", "$B", "&", "c$", "d$/"]);
  assert.deepEqual(splitArgv(`a "t: \${secret:KEY}"`), ["a", "t: ${secret:KEY}"]);
});

Deno.test("splitArgv() undoes any single quoting", () => {
  const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
  fc.assert(fc.property(fc.array(fc.string(), { minLength: 1 }), (words) => {
    assert.deepEqual(splitArgv(words.map(quoted).join(" ")), words);
  }));
});

Deno.test("splitArgv() reads every line that it takes as sh does", async () => {
  const piece = fc.constantFrom("a", "B", " ", "  ", "'", '"', "\\", "$", "é", "-", "=", "\\'", '\\"', "/");
  const lines = fc.sample(fc.array(piece, { maxLength: 12 }).map((parts) => "w " + parts.join("")), 2_000);
  const taken = [...new Set(lines)].flatMap((line) => {
    try {
      return [{ line, words: splitArgv(line) }];
    } catch {
      return [];
    }
  });
  assert.ok(taken.length > 100);
  const script = taken.map(({ line }) => `printf '%s\\0' ${line.trim()}; printf '\\1'`).join("\n");
  const { stdout } = await new Deno.Command("/bin/sh", { args: ["-c", script] }).output();
  const answers = new TextDecoder().decode(stdout).split("\x01").slice(0, -1);
  assert.deepEqual(taken.map(({ words }) => words), answers.map((answer) => answer.split("\0").slice(0, -1)));
});
