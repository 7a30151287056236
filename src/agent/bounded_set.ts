/** A set that forgets its oldest members beyond `most` of them. */
export class BoundedSet {
  readonly #most: number;
  readonly #members = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether it was added and is not yet forgotten. */
  has(member: string): boolean {
    return this.#members.has(member);
  }

  /** Adds a member. */
  add(member: string): void {
    this.#members.add(member);
    if (this.#members.size <= this.#most) return;
    for (const oldest of this.#members) {
      this.#members.delete(oldest);
      return;
    }
  }
}
