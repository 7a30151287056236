import { type Context, Hono } from "hono";
import type { HttpEdge } from "./http_edge.ts";

/** What every page says of itself: it runs no script, and stands in no other page. */
export const PAGE_HEADERS = {
  "content-security-policy":
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
} as const;

/** Pages for people: what stands at `/` and `/ui/`. */
export function pageRoutes() {
  const page = async (context: Context, name: string, type: string) => {
    const text = await Deno.readTextFile(new URL(`../static/${name}`, import.meta.url));
    return context.body(text, 200, { ...PAGE_HEADERS, "content-type": `${type}; charset=utf-8` });
  };
  return new Hono<HttpEdge>()
    .get(
      "/",
      (context) =>
        context.req.header("accept")?.includes("text/html") ? context.redirect("/ui/", 303) : context.notFound(),
    )
    .get("/ui", (context) => page(context, "ui.html", "text/html"))
    .get("/ui/ui.css", (context) => page(context, "ui.css", "text/css"));
}
