import { invalid } from "../runtime/mod.ts";

/** Characters that mean something to a shell when they stand outside quotes. */
const OPERATORS = new Set([";", "&", "|", "<", ">", "(", ")", "`", "\n"]);

/** What a backslash takes the meaning from inside double quotes; before anything else it stands for itself. */
const ESCAPABLE_IN_QUOTES = new Set(["$", "`", '"', "\\"]);

/** A `$` that a shell would replace: a name, a digit, a special parameter, `${…}`, `$(…)` or `$'…'`. */
const EXPANSION = /\$[A-Za-z0-9_{(@*#?$!'"-]/y;

/** Carillon's own placeholder of a secret, replaced before a run; it is no shell expansion. */
const SECRET = /\$\{secret:[^}]*\}/y;

const BLANK = /[ \t\r]/;

/**
 * The words of a command line, quotes and backslashes honoured as a POSIX shell does. Globs, braces and `~` stay as
 * they are written. Throws `invalid` for what only a shell can do (operators, variables, command substitution, a
 * variable set before the command, several lines), for an open quote, and for no word at all.
 *
 * @example
 * ```ts
 * import { splitArgv } from "./argv.ts";
 * splitArgv(`grep -c 'two words' "my file"`); // ["grep", "-c", "two words", "my file"]
 * ```
 */
export function splitArgv(line: string): string[] {
  const words = new CommandLine(line.trim()).words();
  if (words.length === 0) throw invalid("is empty");
  return words;
}

function needsShell(what: string): Error {
  return invalid(`has ${what}, which needs a shell: quote it, or set "shell" to true`);
}

class CommandLine {
  #at = 0;
  #words: string[] = [];
  /** The word being read; undefined between words, so that `''` is a word and a blank is none. */
  #word: string | undefined;

  constructor(private readonly line: string) {}

  words(): string[] {
    this.#refuseAssignment();
    while (this.#at < this.line.length) this.#step(this.line.charAt(this.#at));
    this.#endWord();
    return this.#words;
  }

  #step(char: string): void {
    if (char === "'") return this.#singleQuoted();
    if (char === '"') return this.#doubleQuoted();
    if (char === "\\") return this.#escaped();
    if (char === "$") return this.#dollar();
    if (OPERATORS.has(char)) throw needsShell(char === "\n" ? "a second line" : `an unquoted "${char}"`);
    this.#at++;
    if (BLANK.test(char)) this.#endWord();
    else this.#add(char);
  }

  #add(text: string): void {
    this.#word = (this.#word ?? "") + text;
  }

  #endWord(): void {
    if (this.#word !== undefined) this.#words.push(this.#word);
    this.#word = undefined;
  }

  #singleQuoted(): void {
    const end = this.line.indexOf("'", this.#at + 1);
    if (end < 0) throw invalid(`has an open ' quote`);
    this.#add(this.line.slice(this.#at + 1, end));
    this.#at = end + 1;
  }

  #doubleQuoted(): void {
    this.#add("");
    this.#at++;
    for (let char = this.line.charAt(this.#at); char !== '"'; char = this.line.charAt(this.#at)) {
      if (char === "") throw invalid(`has an open " quote`);
      if (char === "\\") this.#escapedInQuotes();
      else if (char === "$") this.#dollar();
      else if (char === "`") throw needsShell('a "`" in double quotes');
      else {
        this.#add(char);
        this.#at++;
      }
    }
    this.#at++;
  }

  #escapedInQuotes(): void {
    const next = this.line.charAt(this.#at + 1);
    if (next !== "\n") this.#add(ESCAPABLE_IN_QUOTES.has(next) ? next : "\\" + next);
    this.#at += 2;
  }

  #escaped(): void {
    const next = this.line.charAt(this.#at + 1);
    if (next === "") throw invalid("ends with a backslash");
    if (next !== "\n") this.#add(next);
    this.#at += 2;
  }

  #dollar(): void {
    SECRET.lastIndex = EXPANSION.lastIndex = this.#at;
    const secret = SECRET.exec(this.line)?.[0];
    const expansion = EXPANSION.exec(this.line)?.[0];
    if (secret === undefined && expansion !== undefined) throw needsShell(`"${expansion}"`);
    this.#add(secret ?? "$");
    this.#at += secret?.length ?? 1;
  }

  #refuseAssignment(): void {
    const name = /^\w+=/.exec(this.line)?.[0];
    if (name !== undefined) {
      throw invalid(`begins with "${name}": set variables with "env", or set "shell" to true`);
    }
  }
}
