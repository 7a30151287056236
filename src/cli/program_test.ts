import assert from "node:assert/strict";
import type { Command } from "commander";
import { fakeCli } from "./fake_cli_test.ts";
import { createProgram } from "./program.ts";

function leavesOf(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
}

Deno.test("every command has a description, and examples where it takes anything", () => {
  const cli = fakeCli();
  for (const command of leavesOf(createProgram(cli, () => {}))) {
    assert.notEqual(command.description(), "", command.name());
    if (command.options.length === 0 && command.registeredArguments.length === 0) continue;
    cli.printed.out = "";
    command.outputHelp();
    assert.match(cli.printed.out, /^Examples:\n {2}\S/m, command.name());
  }
});

Deno.test("carillon prints its version and help on standard output, exit code 0", async () => {
  const cli = fakeCli();
  assert.deepEqual(await cli.run("--version"), { code: 0, out: "1.2.3\n", err: "" });
  assert.deepEqual(await cli.run("version"), { code: 0, out: "1.2.3\n", err: "" });
  const help = await cli.run("--help");
  assert.deepEqual([help.code, help.err], [0, ""]);
  assert.match(help.out, /Exit codes:/);
});

Deno.test("carillon refuses what it does not know with exit code 2, on standard error", async () => {
  for (const args of [[], ["strat"], ["start", "--slotz", "1"], ["job"], ["job", "get"], ["job", "get", "a", "b"]]) {
    const { code, out, err } = await fakeCli().run(...args);
    assert.deepEqual([code, out, err !== ""], [2, "", true], args.join(" "));
  }
});

Deno.test("carillon explains an answer that is no Carillon server's", async () => {
  const cli = fakeCli({ fetch: () => Response.json([{ hello: 1 }]) });
  const { code, err } = await cli.run("job", "list");
  assert.deepEqual([code, err], [1, "error: Cannot understand the answer: is this a Carillon server?\n"]);
});

Deno.test("carillon ends quietly when nobody reads on", async () => {
  const cli = fakeCli();
  cli.terminal.out = () => {
    throw new Deno.errors.BrokenPipe("gone");
  };
  assert.deepEqual(await cli.run("version"), { code: 0, out: "", err: "" });
});
