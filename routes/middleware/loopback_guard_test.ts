import assert from "node:assert/strict";
import { loopbackRefusal } from "./loopback_guard.ts";

function refusalOf(headers: Record<string, string>): string | undefined {
  return loopbackRefusal(new Request("http://localhost:8080/v1/jobs", { headers }))?.code;
}

Deno.test("loopbackRefusal() passes loopback hosts of any port", () => {
  for (const host of ["localhost", "LOCALHOST:8080", "127.0.0.1", "127.9.9.9:1", "[::1]", "[::1]:8080"]) {
    assert.equal(refusalOf({ host }), undefined, host);
  }
});

Deno.test("loopbackRefusal() refuses every other host, as a page could make its name resolve here", () => {
  const hosts = [
    "evil.com",
    "localhost.evil.com",
    "127.0.0.1.evil.com",
    "evil.com:8080",
    "10.0.0.1",
    "[::2]",
    "",
    "0.0.0.0",
  ];
  for (const host of hosts) assert.equal(refusalOf({ host }), "forbidden", host);
});

Deno.test("loopbackRefusal() refuses foreign origins and passes its own", () => {
  const host = "localhost:8080";
  assert.equal(refusalOf({ host, origin: "http://localhost:8080" }), undefined);
  for (const origin of ["http://evil.com", "null", "http://localhost:3000", "http://127.0.0.1:8080", "file://"]) {
    assert.equal(refusalOf({ host, origin }), "forbidden", origin);
  }
});

Deno.test("loopbackRefusal() refuses what browsers say comes from another site", () => {
  const host = "localhost";
  for (const site of ["same-origin", "none"]) assert.equal(refusalOf({ host, "sec-fetch-site": site }), undefined);
  for (const site of ["cross-site", "same-site", "x"]) {
    assert.equal(refusalOf({ host, "sec-fetch-site": site }), "forbidden", site);
  }
});
