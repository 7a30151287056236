import { createHash } from "node:crypto";
import type { Secret } from "../model/mod.ts";
import { CarillonError, invalid, type Random } from "../runtime/mod.ts";

const KEY_BYTES = 32;
/** As AES-GCM wants it: 96 bits. */
const NONCE_BYTES = 12;
/** Digits of a key's id: they tell keys apart, and tell nothing of a key. */
const ID_DIGITS = 12;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What encryption makes of a value. */
export type Sealed = Pick<Secret, "keyId" | "nonce" | "sealed">;

/** The keys that secrets are kept under: the first encrypts, all decrypt. */
export class SecretKeys {
  readonly #keys: ReadonlyMap<string, CryptoKey>;
  private constructor(keys: ReadonlyMap<string, CryptoKey>) {
    this.#keys = keys;
  }

  /** No key: nothing can be kept, and nothing read. */
  static none(): SecretKeys {
    return new SecretKeys(new Map());
  }

  /** Keys from a text, one a line, each 32 bytes as base64 or hex. Throws `invalid`, which shows none of them. */
  static async read(text: string, source: string): Promise<SecretKeys> {
    const keys = new Map<string, CryptoKey>();
    for (const [index, line] of text.split("\n").entries()) {
      const written = line.trim();
      if (written === "" || written.startsWith("#")) continue;
      const bytes = bytesOf(written);
      if (bytes?.length !== KEY_BYTES) {
        throw invalid(`Cannot read keys of secrets from ${source}: line ${index + 1} is not 32 bytes as base64 or hex`);
      }
      keys.set(idOf(bytes), await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]));
    }
    if (keys.size === 0) throw invalid(`Cannot read keys of secrets from ${source}: it holds none`);
    return new SecretKeys(keys);
  }

  /** Whether the key of this id is among them. */
  has(keyId: string): boolean {
    return this.#keys.has(keyId);
  }

  /** The key that encrypts. Throws `invalid`, in words that say how to give it one, where there is none. */
  first(task: string): { id: string; key: CryptoKey } {
    for (const [id, key] of this.#keys) return { id, key };
    throw invalid(
      `${task}: this server has no key for secrets; start it with --secret-key-file FILE or CARILLON_SECRET_KEY, ` +
        "32 random bytes as base64 or hex, as `openssl rand -base64 32` makes them",
    );
  }

  /** Encrypts a value for its name, under the first key. Throws `invalid` where there is none. */
  async seal(name: string, value: string, random: Random): Promise<Sealed> {
    const { id: keyId, key } = this.first(`Cannot keep secret "${name}"`);
    const nonce = new Uint8Array(random.bytes(NONCE_BYTES));
    const sealed = await crypto.subtle.encrypt(how(name, nonce), key, encoder.encode(value));
    return { keyId, nonce: nonce.toBase64(), sealed: new Uint8Array(sealed).toBase64() };
  }

  /** Decrypts the value of a name. Throws `not_found` without its key, `invalid` for what was sealed for another name. */
  async open(name: string, { keyId, nonce, sealed }: Sealed): Promise<string> {
    const key = this.#keys.get(keyId);
    if (key === undefined) {
      throw new CarillonError("not_found", `Cannot read secret "${name}": this server has no key "${keyId}"`);
    }
    try {
      const bytes = Uint8Array.fromBase64(sealed);
      return decoder.decode(await crypto.subtle.decrypt(how(name, Uint8Array.fromBase64(nonce)), key, bytes));
    } catch (cause) {
      throw new CarillonError("invalid", `Cannot read secret "${name}": it is not as key "${keyId}" has left it`, {
        cause,
      });
    }
  }
}

function how(name: string, iv: Uint8Array<ArrayBuffer>) {
  return { name: "AES-GCM", iv, additionalData: encoder.encode(name) };
}

function idOf(key: Uint8Array): string {
  return createHash("sha256").update("carillon secret key\n").update(key).digest("hex").slice(0, ID_DIGITS);
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    if (/^[0-9a-f]{64}$/i.test(text)) return Uint8Array.fromHex(text);
    return Uint8Array.fromBase64(text, { alphabet: /[-_]/.test(text) ? "base64url" : "base64" });
  } catch {
    return undefined;
  }
}
