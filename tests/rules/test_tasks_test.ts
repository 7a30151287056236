import assert from "node:assert/strict";

const TASKS = await Deno.readTextFile(new URL("../../deno.json", import.meta.url));

// `deno test FOLDER` passes over what lies beside a member of the workspace, and says nothing of it.
Deno.test("the tasks that test name every folder of tests, and the tests of src by a pattern", async () => {
  const { "test:code": code, "test:browser": browser } = JSON.parse(TASKS).tasks;
  const named = `${code.command} ${browser.command}`.split(" ");
  for await (const { name, isDirectory } of Deno.readDir(new URL("..", import.meta.url))) {
    if (isDirectory) assert.ok(named.includes(`tests/${name}`), `no task tests tests/${name}`);
  }
  assert.ok(named.includes("'src/**/*_test.ts'"));
  assert.ok(named.includes("routes"));
});
