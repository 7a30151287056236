import { equal } from "node:assert/strict";
import type { Carillon } from "./carillon.ts";

/** Where requests of `Carillon.request` come to. */
export const ORIGIN = "http://127.0.0.1";

/** A browser as far as redirects and cookies go, each host with its own. */
export class Browser {
  readonly #carillon: Carillon;
  readonly #cookies = new Map<string, Map<string, string>>();

  constructor(carillon: Carillon) {
    this.#carillon = carillon;
  }

  cookie(name: string): string | undefined {
    return this.#jar(ORIGIN).get(name);
  }

  async send(url: string, init: RequestInit = {}): Promise<Response> {
    const { origin, pathname, search } = new URL(url);
    const jar = this.#jar(origin);
    const headers = { ...init.headers, cookie: [...jar].map((pair) => pair.join("=")).join("; ") };
    const how = { ...init, headers, redirect: "manual" } as const;
    const answer = origin === ORIGIN ? await this.#carillon.request(pathname + search, how) : await fetch(url, how);
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0/i.test(line) || value === "") jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  }

  /** Begins to sign in, and answers where Carillon sends the browser. */
  async begin(returnTo = "/ui/"): Promise<string> {
    const answer = await this.send(`${ORIGIN}/v1/session/oidc?return=${encodeURIComponent(returnTo)}`);
    await answer.body?.cancel();
    equal(answer.status, 303);
    return answer.headers.get("location") ?? "";
  }

  /** Says at the provider who one is, and answers the address that it sends the browser back to, without going there. */
  async signInAt(asked: string, name: string): Promise<string> {
    let next = asked;
    for (let steps = 0; steps < 12; steps++) {
      const answer = await this.send(next);
      const text = await answer.text();
      const location = answer.headers.get("location");
      if (location !== null) {
        next = new URL(location, next).href;
        if (next.startsWith(ORIGIN + "/")) return next;
        continue;
      }
      const isLogin = text.includes('name="login"');
      const form = new URLSearchParams(
        isLogin ? { prompt: "login", login: name, password: "any" } : { prompt: "consent" },
      );
      const sent = await this.send(next, { method: "POST", body: form });
      await sent.body?.cancel();
      next = new URL(sent.headers.get("location") ?? "", next).href;
    }
    throw new Error("The provider did not come to an end");
  }

  /** Where Carillon sends the browser that comes back from the provider. */
  async comeBack(url: string): Promise<string> {
    const answer = await this.send(url);
    await answer.body?.cancel();
    equal(answer.status, 303);
    return answer.headers.get("location") ?? "";
  }

  async whoami(): Promise<{ name?: string; role?: string; status: number }> {
    const answer = await this.send(`${ORIGIN}/v1/whoami`);
    const { name, role } = await answer.json();
    return answer.ok ? { name, role, status: 200 } : { status: answer.status };
  }

  #jar(origin: string): Map<string, string> {
    const jar = this.#cookies.get(origin) ?? new Map<string, string>();
    this.#cookies.set(origin, jar);
    return jar;
  }
}
