const REVISION_DIGITS = 16;

/** A revision as a versionstamp: 20 hexadecimal digits, in the order of the revisions. */
export function toVersionstamp(revision: number): string {
  return `${revision.toString(16).padStart(REVISION_DIGITS, "0")}0000`;
}

/** The revision of a versionstamp; 0, which no key has, for null. Throws a TypeError for one of another kind. */
export function fromVersionstamp(versionstamp: string | null): number {
  if (versionstamp === null) return 0;
  if (!/^[0-9a-f]{16}0000$/.test(versionstamp)) throw new TypeError(`Invalid versionstamp "${versionstamp}"`);
  return Number.parseInt(versionstamp.slice(0, REVISION_DIGITS), 16);
}
