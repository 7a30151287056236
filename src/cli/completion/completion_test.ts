import assert from "node:assert/strict";
import { fakeCli } from "../fake_cli_test.ts";
import { createProgram } from "../program.ts";
import { placesOf } from "./command_tree.ts";

const scriptOf = async (shell: string) => (await fakeCli().run("completion", shell)).out;

/** What bash offers for the words of a command line, the last of them unfinished. */
async function bashOffers(...words: string[]): Promise<string[]> {
  const line = ["carillon", ...words].map((word) => `'${word}'`).join(" ");
  const asking = `COMP_WORDS=(${line}); COMP_CWORD=${words.length}; _carillon; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return (await bash("-c", `${await scriptOf("bash")}\n${asking}`)).split("\n").filter((word) => word !== "");
}

async function bash(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("bash", { args }).output();
  const decoder = new TextDecoder();
  assert.ok(success, decoder.decode(stderr));
  return decoder.decode(stdout);
}

Deno.test("bashCompletion() is a script that bash can read", async () => {
  await bash("-n", "-c", await scriptOf("bash"));
});

Deno.test("bashCompletion() offers commands, options and the words of an option", async () => {
  assert.deepEqual(await bashOffers("job", "l"), ["list"]);
  assert.deepEqual(await bashOffers("job", "run", "job", "--w"), ["--wait"]);
  assert.deepEqual(await bashOffers("job", "list", "--status", "s"), ["success"]);
  assert.deepEqual(await bashOffers("start", "--log-level", ""), ["debug", "info", "warn", "error"]);
  assert.deepEqual(await bashOffers("start", "--slots", ""), []);
  assert.deepEqual(await bashOffers("completion", ""), ["bash", "zsh", "fish", "-h", "--help"]);
});

Deno.test("completion scripts know every command and option", async () => {
  const places = placesOf(createProgram(fakeCli(), () => {}));
  const [zsh, fish] = [await scriptOf("zsh"), await scriptOf("fish")];
  for (const { place, options } of places) {
    assert.ok(zsh.includes(`"${place}") commands=`), place);
    for (const { flags } of options) {
      assert.ok(zsh.includes(`'${flags.at(-1)}:`), flags.join());
      const name = flags.at(-1)?.replace(/^--/, "-l ") ?? "";
      assert.ok(fish.includes(name), name);
    }
  }
});
