import { Buffer } from "node:buffer";
import { createHash, timingSafeEqual } from "node:crypto";
import type { Token } from "../model/mod.ts";
import { type Random, randomDigits } from "../runtime/mod.ts";

/** Digits of a secret, 5 bits each: 260 bits, which nobody guesses, so that a plain hash hides it. */
const SECRET_DIGITS = 52;
const ID_DIGITS = 26;

/** A token as its holder has it: `carillon_<kind>_<id>_<secret>`. The id finds what is stored of it. */
export interface TokenText {
  id: string;
  secret: string;
}

/** A new secret. */
export function newSecret(random: Random): string {
  return randomDigits(random, SECRET_DIGITS);
}

/** A new id. */
export function newTokenId(random: Random): string {
  return randomDigits(random, ID_DIGITS);
}

/** The id of a node's own token: a node has one at a time. */
export function nodeTokenId(node: string): string {
  return sha256(node).toString("hex").slice(0, ID_DIGITS);
}

/** The id of a token that has a name: a name has one at a time. */
export function namedTokenId(name: string): string {
  return sha256(`api/${name}`).toString("hex").slice(0, ID_DIGITS);
}

/** Writes a token. */
export function writeToken(kind: Token["kind"], { id, secret }: TokenText): string {
  return `carillon_${kind}_${id}_${secret}`;
}

/** The parts of a token; undefined for what is none. */
export function readToken(text: string): TokenText | undefined {
  const [, id, secret] = /^carillon_(?:api|join|node)_([0-9a-z]{26})_([0-9a-z]{52})$/.exec(text) ?? [];
  return id !== undefined && secret !== undefined ? { id, secret } : undefined;
}

/** What is stored of a secret: its SHA-256 in hex. */
export function hashOf(secret: string): string {
  return sha256(secret).toString("hex");
}

/** Whether a secret is the one that was hashed; takes the same time whichever of its digits are right. */
export function isSecretOf(secret: string, hash: string): boolean {
  const stored = Buffer.from(hash, "hex");
  const given = sha256(secret);
  return stored.length === given.length && timingSafeEqual(stored, given);
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
