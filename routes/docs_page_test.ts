import assert from "node:assert/strict";
import { fakeDeps } from "../tests/support/fake_deps.ts";
import { ACCESS } from "./access.ts";
import type { ApiDocument } from "./api_document.ts";
import { docsPage } from "./docs_page.ts";
import { createApp } from "./mod.ts";

Deno.test("/openapi.json says of each route of the API which role it takes", async () => {
  const answer = await createApp(fakeDeps()).request("/openapi.json");
  const { paths }: ApiDocument = await answer.json();
  const told = new Map(
    Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => [
        `${method.toUpperCase()} ${path.replace(/(.)\/$/, "$1").replace(/\{(\w+)\}/g, ":$1")}`,
        operation["x-carillon-role"],
      ])
    ),
  );
  for (const [route, { role }] of Object.entries(ACCESS)) {
    if (!route.includes(" /v1")) continue;
    assert.equal(told.get(route), role, route);
  }
});

Deno.test("/docs shows each route, runs no script, and stands in no other page", async () => {
  const answer = await createApp(fakeDeps()).request("/docs");
  const text = await answer.text();
  assert.match(answer.headers.get("content-type") ?? "", /^text\/html/);
  assert.match(answer.headers.get("content-security-policy") ?? "", /default-src 'none'.*frame-ancestors 'none'/);
  assert.match(text, /<code>POST \/v1\/jobs\/\{job\}\/run<\/code>[^]*Run a job now\. Takes the role operator\./);
  assert.match(
    text,
    /<code>role<\/code> &quot;viewer&quot;, &quot;operator&quot;, &quot;editor&quot;, &quot;admin&quot;, required/,
  );
  assert.doesNotMatch(text, /\[object|undefined/);
});

Deno.test("docsPage() escapes what stands in the document", async () => {
  const responses = { 200: { description: "<b>" } };
  const document = {
    openapi: "3.1.0",
    info: { title: "<script>", version: "1" },
    paths: { "/x<y": { get: { summary: '"><img src=x>', responses } } },
  };
  const text = String(await docsPage(document));
  assert.doesNotMatch(text, /<script>|<img|<b>|x<y/);
});
