import type { Command } from "commander";

/** An option as a shell completes it. */
export interface CompletedOption {
  /** `-f`, `--file`. */
  flags: string[];
  what: string;
  /** What follows it: nothing, a file, one of some words, or anything. */
  value: { kind: "none" } | { kind: "file" } | { kind: "text" } | { kind: "words"; words: readonly string[] };
}

/** A place in the tree of commands, and what may be written there. */
export interface CompletedPlace {
  /** The words that lead to it, joined by blanks; empty for the program itself. */
  place: string;
  /** Commands, or words that an argument may be. */
  words: { name: string; what: string }[];
  options: CompletedOption[];
}

/** Every place in a program's tree of commands, the program itself first. */
export function placesOf(program: Command): CompletedPlace[] {
  return placesBelow(program, "");
}

/** Every last step to a place: the place before, a blank, the word that leads on. */
export function stepsOf(places: readonly CompletedPlace[]): string[] {
  return places.filter(({ place }) => place !== "").map(({ place }) => place.includes(" ") ? place : ` ${place}`);
}

function placesBelow(command: Command, place: string): CompletedPlace[] {
  const help = command.createHelp();
  const commands = command.commands.map((each) => ({ name: each.name(), what: each.description() }));
  const choices = command.registeredArguments.flatMap((argument) => argument.argChoices ?? []);
  const own = {
    place,
    words: [...commands, ...choices.map((name) => ({ name, what: "" }))],
    options: help.visibleOptions(command).map(completedOption),
  };
  const below = command.commands.flatMap((each) => placesBelow(each, `${place} ${each.name()}`.trim()));
  return [own, ...below];
}

function completedOption(option: ReturnType<ReturnType<Command["createHelp"]>["visibleOptions"]>[number]) {
  const flags = [option.short, option.long].filter((flag) => flag !== undefined);
  return { flags, what: option.description, value: valueOf(option) };
}

function valueOf(
  { required, argChoices, flags }: { required: boolean; argChoices?: string[]; flags: string },
): CompletedOption["value"] {
  if (!required) return { kind: "none" };
  const words = argChoices ?? /<(\w+(\|\w+)+)>/.exec(flags)?.[1]?.split("|");
  if (words) return { kind: "words", words };
  return { kind: /<(FILE|DIR)>/.test(flags) ? "file" : "text" };
}
