import { type Context, Hono } from "hono";
import type { HttpEdge } from "./http_edge.ts";

const EVERYWHERE = {
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
} as const;

/** What a page without scripts says of itself: it runs none, and stands in no other page. */
export const PAGE_HEADERS = {
  ...EVERYWHERE,
  "content-security-policy":
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
} as const;

/** The same of the web UI: it runs its own scripts alone, and reaches this server alone. Its components set styles as they go. */
const UI_HEADERS = {
  ...EVERYWHERE,
  "content-security-policy": "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; " +
    "style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
} as const;

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

/** Names of files carry the hash of what they hold: who has one need never ask again. */
const FOR_EVER = { "cache-control": "public, max-age=31536000, immutable" };

/** Pages for people: the web UI at `/ui/`, whose every address is one page, and what stands at `/`. */
export function pageRoutes() {
  return new Hono<HttpEdge>()
    .get(
      "/",
      (context) =>
        context.req.header("accept")?.includes("text/html") ? context.redirect("/ui/", 303) : context.notFound(),
    )
    .get("/ui/ui.css", async (context) => await file(context, "ui.css", PAGE_HEADERS) ?? context.notFound())
    .get("/ui/assets/:file", async (context) => {
      const name = context.req.param("file");
      const found = /^[\w.-]+$/.test(name)
        ? await file(context, `ui/assets/${name}`, { ...UI_HEADERS, ...FOR_EVER })
        : null;
      return found ?? context.notFound();
    })
    .get("/ui/*", async (context) => {
      const built = await file(context, "ui/index.html", { ...UI_HEADERS, "cache-control": "no-cache" });
      return built ?? await file(context, "not_built.html", PAGE_HEADERS) ?? context.notFound();
    });
}

/** A file below `static`, in brotli where it was stored so and the reader takes it; null where there is none. */
async function file(
  context: Context,
  name: string,
  headers: Readonly<Record<string, string>>,
): Promise<Response | null> {
  const type = TYPES[name.split(".").at(-1) ?? ""] ?? "application/octet-stream";
  const takesBrotli = /(^|[ ,])br($|[ ,;])/.test(context.req.header("accept-encoding") ?? "");
  const small = takesBrotli ? await read(`${name}.br`) : null;
  const bytes = small ?? await read(name);
  if (bytes === null) return null;
  const encoding: Record<string, string> = small === null ? {} : { "content-encoding": "br" };
  return context.body(bytes, 200, { ...headers, ...encoding, vary: "accept-encoding", "content-type": type });
}

async function read(name: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return await Deno.readFile(new URL(`../static/${name}`, import.meta.url));
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) return null;
    throw thrown;
  }
}
