import { type Browser, type BrowserContext, chromium as playwright, type Page } from "playwright-core";
import { type Carillon, type CarillonOptions, startCarillon } from "../support/carillon.ts";
import { chromium, pathOf, testWith } from "../support/programs.ts";

/** A real server that listens, and a real browser that looks at it. */
export interface Site extends AsyncDisposable {
  carillon: Carillon;
  /** The address of the pages, with a slash at its end. */
  url: string;
  browser: Browser;
  /** A page of a browser of its own; what goes wrong in it is noted in `problems`. */
  open(path: string, options?: LookOptions): Promise<Page>;
  /** Errors of scripts, and what the browser refused, in all pages. */
  problems: string[];
}

/** How a page is looked at. */
export interface LookOptions {
  dark?: boolean;
  width?: number;
  height?: number;
  context?: BrowserContext;
}

/** Longest wait for anything in a page, in milliseconds: machines may be slow. */
const PATIENCE_MS = 20_000;

/** Starts both, at this port or any; disposing ends them. */
export async function openSite(options: CarillonOptions = {}, port = 0): Promise<Site> {
  const carillon = await startCarillon(options);
  const listener = Deno.serve(
    { hostname: "127.0.0.1", port, onListen: () => {} },
    (request, info) => carillon.handle(request, info),
  );
  const browser = await playwright.launch({ executablePath: pathOf(chromium), args: ["--no-sandbox"] });
  const problems: string[] = [];
  const url = `http://127.0.0.1:${listener.addr.port}/ui/`;
  return {
    carillon,
    url,
    browser,
    problems,
    async open(path, { dark = false, width = 1280, height = 860, context } = {}) {
      const own = context ?? await browser.newContext({
        viewport: { width, height },
        colorScheme: dark ? "dark" : "light",
        timezoneId: "UTC",
      });
      const page = await own.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      page.on("pageerror", (error) => problems.push(String(error)));
      page.on("console", (message) => {
        if (message.type() === "error" && !/status of 4/.test(message.text())) problems.push(message.text());
      });
      await page.goto(url + path.replace(/^\//, ""));
      return page;
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await listener.shutdown().catch(() => {}); // readers of live output never end by themselves
      await carillon[Symbol.asyncDispose]();
    },
  };
}

/**
 * A test in a real browser. What the browser's driver keeps open between tests is its own business: it goes with the
 * browser, which the test closes.
 */
export function browserTest(name: string, fn: () => Promise<void>): void {
  testWith(chromium, name, fn, { sanitizeOps: false, sanitizeResources: false });
}
