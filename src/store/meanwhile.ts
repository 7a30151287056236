/**
 * Keeps what is heard while a whole range is read again. The read may bring what was before it, so it is said again after the
 * read. One reading at a time.
 */
export class Meanwhile {
  #heard: (() => void)[] | null = null;

  /** Says what was heard, now and perhaps again. */
  hear(say: () => void): void {
    say();
    this.#heard?.push(say);
  }

  /** Reads, and says again what was heard meanwhile, also when the read failed half-way. */
  async during(read: () => Promise<void>): Promise<void> {
    const heard: (() => void)[] = this.#heard = [];
    try {
      await read();
    } finally {
      this.#heard = null;
      for (const say of heard) say();
    }
  }
}
