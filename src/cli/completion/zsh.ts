import { type CompletedOption, type CompletedPlace, stepsOf } from "./command_tree.ts";

/** A zsh script that completes the program's commands and options. */
export function zshCompletion(program: string, places: readonly CompletedPlace[]): string {
  const steps = stepsOf(places).map((step) => `"${step}"`);
  return `#compdef ${program}
# zsh completion of ${program}: source <(${program} completion zsh)
_${program}() {
  local place="" word prev="\${words[CURRENT-1]}"
  local -a commands options
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$place $word" in
      ${steps.join(" | ")}) place="\${place:+$place }$word" ;;
    esac
  done
  case "$place $prev" in
${places.flatMap(valueCases).join("\n")}
  esac
  case "$place" in
${places.map(itemCase).join("\n")}
  esac
  if [[ "$PREFIX" == -* || \${#commands} -eq 0 ]]; then _describe -o 'option' options; else _describe 'command' commands; fi
}
if [ "$funcstack[1]" = "_${program}" ]; then _${program} "$@"; else compdef _${program} ${program}; fi
`;
}

function valueCases({ place, options }: CompletedPlace): string[] {
  return options.filter(({ value }) => value.kind !== "none").map((option) => {
    const pattern = option.flags.map((flag) => `"${place} ${flag}"`).join(" | ");
    return `    ${pattern}) ${replyTo(option.value)}return ;;`;
  });
}

function replyTo(value: CompletedOption["value"]): string {
  switch (value.kind) {
    case "file":
      return "_files; ";
    case "words":
      return `compadd -- ${value.words.map(quoted).join(" ")}; `;
    case "none":
    case "text":
      return "";
  }
}

function itemCase({ place, words, options }: CompletedPlace): string {
  const flags = options.flatMap((option) => option.flags.map((name) => ({ name, what: option.what })));
  const items = (list: CompletedPlace["words"]) => list.map((item) => quoted(itemOf(item))).join(" ");
  return `    "${place}") commands=(${items(words)}); options=(${items(flags)}) ;;`;
}

function itemOf({ name, what }: { name: string; what: string }): string {
  return what === "" ? name : `${name}:${what}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
