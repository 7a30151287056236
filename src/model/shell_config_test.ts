import assert from "node:assert/strict";
import { shellConfigSchema } from "./shell_config.ts";

Deno.test("shellConfigSchema makes one shape of strings and of typed values", () => {
  const shape = { command: "a b", shell: true, env: { A: "1", B: "true" }, timeoutMs: 90_000, memLimitBytes: 65_536 };
  const strings = { command: " a b ", shell: "1", env: "A=1, B=true", timeout: "1m30s", mem_limit: "64K", cwd: "" };
  const typed = { command: "a b", shell: true, env: { A: 1, B: true }, timeout: "90s", mem_limit: 65_536, cwd: null };
  assert.deepEqual(shellConfigSchema.parse(strings), shape);
  assert.deepEqual(shellConfigSchema.parse(typed), shape);
});

Deno.test("shellConfigSchema reads memory with every unit of Dkron's", () => {
  const sizes = { "100": 100, "100B": 100, "1kb": 2 ** 10, "1.5 MB": 1.5 * 2 ** 20, "2G": 2 ** 31, "1TB": 2 ** 40 };
  for (const [mem_limit, sizeBytes] of Object.entries(sizes)) {
    assert.equal(shellConfigSchema.parse({ command: "a", mem_limit }).memLimitBytes, sizeBytes, mem_limit);
  }
});

Deno.test("shellConfigSchema decodes payload and splits su", () => {
  const { payload, su } = shellConfigSchema.parse({ command: ["a"], payload: "aGk=", su: "www-data:adm" });
  assert.deepEqual(payload, new TextEncoder().encode("hi"));
  assert.deepEqual(su, { user: "www-data", group: "adm" });
});
