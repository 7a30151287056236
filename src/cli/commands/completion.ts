import { Argument, type Command } from "commander";
import type { Cli, Finish } from "../cli.ts";
import { bashCompletion } from "../completion/bash.ts";
import { placesOf } from "../completion/command_tree.ts";
import { fishCompletion } from "../completion/fish.ts";
import { zshCompletion } from "../completion/zsh.ts";

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

const EXAMPLES = `
Examples:
  source <(carillon completion bash)                                    # in ~/.bashrc
  source <(carillon completion zsh)                                     # in ~/.zshrc, after compinit
  carillon completion fish > ~/.config/fish/completions/carillon.fish`;

/** Adds `completion`. */
export function addCompletion(program: Command, cli: Cli, finish: Finish): void {
  program.command("completion").description("Print a script that lets a shell complete commands and options")
    .addArgument(new Argument("<SHELL>").choices(Object.keys(SHELLS)))
    .addHelpText("after", EXAMPLES)
    .action(finish((shell: keyof typeof SHELLS) => {
      return Promise.resolve(cli.terminal.out(SHELLS[shell](program.name(), placesOf(program))));
    }));
}
