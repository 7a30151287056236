import { createPrivateKey, X509Certificate } from "node:crypto";
import { CarillonError, type Clock, type Log, messageOf } from "../runtime/mod.ts";
import type { TlsPaths } from "./tls_settings.ts";

/** What PEM files hold; undefined where none is named. */
export interface TlsTexts {
  cert?: string;
  key?: string;
  ca?: string;
}

/** How often the files are looked at, in milliseconds, and how long before the end of a certificate it is told of. */
const LOOK_EACH_MS = 5_000, WARN_BEFORE_MS = 14 * 86_400_000;

/** What it reads files with. */
export interface TlsFilesDeps {
  clock: Clock;
  log: Log;
  readText: (path: string) => Promise<string>;
}

/** PEM files that may be exchanged at any time, as those who renew certificates do. */
export class TlsFiles {
  readonly #paths: TlsPaths;
  readonly #deps: TlsFilesDeps;
  #now: TlsTexts;
  #told = "";

  private constructor(paths: TlsPaths, deps: TlsFilesDeps, now: TlsTexts) {
    this.#paths = paths;
    this.#deps = deps;
    this.#now = now;
    this.#tellEnd();
  }

  /** Reads them. Throws `invalid` for what cannot be read, is no PEM, or does not belong together. */
  static async open(paths: TlsPaths, deps: TlsFilesDeps): Promise<TlsFiles> {
    return new TlsFiles(paths, deps, await readAll(paths, deps));
  }

  /** What they held when they were last read and right. */
  get now(): TlsTexts {
    return this.#now;
  }

  /** Looks at them until `signal` aborts; tells of what is new and right. What is wrong is logged, and the old stays. */
  async watch(signal: AbortSignal, changed: (texts: TlsTexts) => void): Promise<void> {
    const { clock, log } = this.#deps;
    while (!signal.aborted) {
      await clock.sleep(LOOK_EACH_MS, signal);
      if (signal.aborted) return;
      try {
        const texts = await readAll(this.#paths, this.#deps);
        this.#told = "";
        if (JSON.stringify(texts) === JSON.stringify(this.#now)) continue;
        this.#now = texts;
        changed(texts);
        log.info("The TLS files have changed: what is new counts from now on", { cert: this.#paths.cert });
        this.#tellEnd();
      } catch (thrown) {
        const message = messageOf(thrown);
        // Between the new certificate and the new key they do not fit: that is told once, if it stays so.
        if (message !== this.#told) log.error(`${message}; what was read before goes on`);
        this.#told = message;
      }
    }
  }

  #tellEnd(): void {
    if (this.#now.cert === undefined) return;
    const end = Date.parse(new X509Certificate(this.#now.cert).validTo);
    const leftMs = end - this.#deps.clock.now();
    if (leftMs > WARN_BEFORE_MS) return;
    const what = leftMs > 0 ? "ends soon" : "has ended: nobody believes it any more";
    this.#deps.log.warn(`The TLS certificate ${what}`, { cert: this.#paths.cert, end: new Date(end).toISOString() });
  }
}

async function readAll(paths: TlsPaths, { readText }: TlsFilesDeps): Promise<TlsTexts> {
  const read = async <T>(path: string, parse: (text: string) => T) => {
    if (path === "") return undefined;
    try {
      const text = await readText(path);
      return { text, parsed: parse(text) };
    } catch (cause) {
      throw new CarillonError("invalid", `Cannot use TLS file "${path}": ${messageOf(cause)}`, { cause });
    }
  };
  const cert = await read(paths.cert, (text) => new X509Certificate(text));
  const key = await read(paths.key, (text) => createPrivateKey(text));
  const ca = await read(paths.ca, (text) => new X509Certificate(text));
  if (cert && key && !cert.parsed.checkPrivateKey(key.parsed)) {
    throw new CarillonError("invalid", `Cannot use TLS file "${paths.key}": it is not the key of "${paths.cert}"`);
  }
  return { cert: cert?.text, key: key?.text, ca: ca?.text };
}
