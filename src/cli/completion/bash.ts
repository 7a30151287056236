import { type CompletedOption, type CompletedPlace, stepsOf } from "./command_tree.ts";

/** A bash script that completes the program's commands and options. */
export function bashCompletion(program: string, places: readonly CompletedPlace[]): string {
  const steps = stepsOf(places).map((step) => `"${step}"`);
  return `# bash completion of ${program}: source <(${program} completion bash)
_${program}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" place="" word
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$place $word" in
      ${steps.join(" | ")}) place="\${place:+$place }$word" ;;
    esac
  done
  case "$place $prev" in
${places.flatMap(valueCases).join("\n")}
  esac
  case "$place" in
${places.map(wordCase).join("\n")}
  esac
}
complete -F _${program} ${program}
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
      return `compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); `;
    case "words":
      return `COMPREPLY=($(compgen -W "${value.words.join(" ")}" -- "$cur")); `;
    case "none":
    case "text":
      return "";
  }
}

function wordCase({ place, words, options }: CompletedPlace): string {
  const all = [...words.map(({ name }) => name), ...options.flatMap(({ flags }) => flags)].join(" ");
  return `    "${place}") COMPREPLY=($(compgen -W "${all}" -- "$cur")) ;;`;
}
