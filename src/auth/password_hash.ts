import { Buffer } from "node:buffer";
import { scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import type { Random } from "../runtime/mod.ts";

/** Costs of scrypt (RFC 7914), as OWASP advises: 32 MiB and about 0.1 s for one hash. */
const COSTS = { N: 2 ** 15, r: 8, p: 3 } as const;

/** Memory that scrypt may take, in bytes: twice what these costs need. */
const MEMORY = 2 * 128 * COSTS.N * COSTS.r;

const SALT_BYTES = 16, HASH_BYTES = 32;

const derive = promisify<string, Uint8Array, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(
  scrypt,
);

/** What is stored of a password: `scrypt$N$r$p$salt$hash`, salt and hash in base64. */
export async function hashPassword(password: string, random: Random): Promise<string> {
  const salt = random.bytes(SALT_BYTES);
  const hash = await derive(password.normalize("NFKC"), salt, HASH_BYTES, { ...COSTS, maxmem: MEMORY });
  return ["scrypt", COSTS.N, COSTS.r, COSTS.p, salt.toBase64(), hash.toString("base64")].join("$");
}

/** A hash that no password has: comparing with it takes as long as with a user's. */
export const NOBODYS = ["scrypt", COSTS.N, COSTS.r, COSTS.p, "AAAAAAAAAAAAAAAAAAAAAA==", ""].join("$");

/** Whether a password is the one that was hashed. */
export async function isPasswordOf(password: string, stored: string): Promise<boolean> {
  const [, N = "", r = "", p = "", salt = "", hash = ""] = stored.split("$");
  const costs = { N: Number(N), r: Number(r), p: Number(p), maxmem: MEMORY };
  const given = await derive(password.normalize("NFKC"), Buffer.from(salt, "base64"), HASH_BYTES, costs);
  const wanted = Buffer.from(hash, "base64");
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}
