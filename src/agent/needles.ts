/** Where the search is when nothing of any needle has been seen. */
export const NOWHERE = 0;

/**
 * Finds many byte strings in a stream at once, by the automaton of Aho and Corasick. A state is the longest end of what was
 * seen that some needle begins with, so it says too how much may yet become a match.
 */
export class Needles {
  readonly #first: Int32Array;
  readonly #sibling: Int32Array;
  readonly #byte: Uint8Array;
  readonly #fail: Int32Array;
  readonly #depth: Int32Array;
  readonly #longest: Int32Array;
  /** The states after each first byte: most bytes are looked up here. */
  readonly #start = new Int32Array(256);
  #states = 1;

  constructor(needles: readonly Uint8Array[]) {
    const most = needles.reduce((sum, needle) => sum + needle.length, 1);
    this.#first = new Int32Array(most);
    this.#sibling = new Int32Array(most);
    this.#byte = new Uint8Array(most);
    this.#fail = new Int32Array(most);
    this.#depth = new Int32Array(most);
    this.#longest = new Int32Array(most);
    for (const needle of needles) this.#add(needle);
    this.#link();
  }

  /** The state after one more byte. */
  next(state: number, byte: number): number {
    for (let at = state; at !== NOWHERE; at = at32(this.#fail, at)) {
      const child = this.#childOf(at, byte);
      if (child !== 0) return child;
    }
    return at32(this.#start, byte);
  }

  /** How many of the last bytes some needle begins with. */
  depth(state: number): number {
    return at32(this.#depth, state);
  }

  /** The length of the longest needle that ends here; 0 where none does. */
  matched(state: number): number {
    return at32(this.#longest, state);
  }

  #add(needle: Uint8Array): void {
    let state = NOWHERE;
    for (const byte of needle) {
      const known = state === NOWHERE ? at32(this.#start, byte) : this.#childOf(state, byte);
      state = known === 0 ? this.#grow(state, byte) : known;
    }
    if (state !== NOWHERE) this.#longest[state] = needle.length;
  }

  #grow(parent: number, byte: number): number {
    const child = this.#states++;
    this.#byte[child] = byte;
    this.#depth[child] = at32(this.#depth, parent) + 1;
    if (parent === NOWHERE) this.#start[byte] = child;
    this.#sibling[child] = at32(this.#first, parent);
    this.#first[parent] = child;
    return child;
  }

  #childOf(state: number, byte: number): number {
    let child = at32(this.#first, state);
    while (child !== 0 && this.#byte[child] !== byte) child = at32(this.#sibling, child);
    return child;
  }

  /** Nearest first, as the state to fall back to is always nearer. */
  #link(): void {
    const line = [NOWHERE];
    for (const state of line) {
      for (let child = at32(this.#first, state); child !== 0; child = at32(this.#sibling, child)) {
        const fail = state === NOWHERE ? NOWHERE : this.next(at32(this.#fail, state), this.#byte[child] ?? 0);
        this.#fail[child] = fail;
        this.#longest[child] ||= at32(this.#longest, fail);
        line.push(child);
      }
    }
  }
}

function at32(numbers: Int32Array, index: number): number {
  return numbers[index] ?? 0;
}
