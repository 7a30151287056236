import { type CompletedOption, type CompletedPlace, stepsOf } from "./command_tree.ts";

/** A fish script that completes the program's commands and options. */
export function fishCompletion(program: string, places: readonly CompletedPlace[]): string {
  const steps = stepsOf(places).map(quoted);
  return `# fish completion of ${program}: ${program} completion fish | source
function __${program}_at
  set -l place ""
  for word in (commandline -opc)[2..-1]
    switch "$place $word"
      case ${steps.join(" ")}
        set place (string trim "$place $word")
    end
  end
  test "$place" = "$argv[1]"
end
complete -c ${program} -f
${places.flatMap((place) => linesOf(program, place)).join("\n")}
`;
}

function linesOf(program: string, { place, words, options }: CompletedPlace): string[] {
  const start = `complete -c ${program} -n ${quoted(`__${program}_at '${place}'`)}`;
  return [
    ...words.map(({ name, what }) => `${start} -a ${quoted(name)} -d ${quoted(what)}`),
    ...options.map(({ flags, what, value }) =>
      `${start} ${flags.map(flagOf).join(" ")}${taking(value)} -d ${quoted(what)}`
    ),
  ];
}

function flagOf(flag: string): string {
  return flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`;
}

function taking(value: CompletedOption["value"]): string {
  switch (value.kind) {
    case "none":
      return "";
    case "file":
      return " -r -F";
    case "text":
      return " -x";
    case "words":
      return ` -x -a ${quoted(value.words.join(" "))}`;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
