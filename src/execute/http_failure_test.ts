import assert from "node:assert/strict";
import { failureReason } from "./http_failure.ts";

Deno.test("failureReason() puts the platform's errors into words", () => {
  const sent = (text: string) => new TypeError("fetch failed", { cause: new Error(`error sending request: ${text}`) });
  const words: [unknown, string][] = [
    [sent("tcp connect error: Connection refused (os error 111)"), "connection refused"],
    [sent("dns error: failed to lookup address information"), "no such host"],
    [new Error("connect ECONNREFUSED 127.0.0.1:1"), "connection refused"],
    [new Error("socket hang up"), "the server closed the connection"],
    [sent("invalid peer certificate: Expired"), "the server's certificate is not trusted: Expired"],
    ["odd", "odd"],
  ];
  for (const [thrown, reason] of words) {
    assert.equal(failureReason("PUT", "http://u:p@x/y", thrown), `PUT http://u:xxxxx@x/y: ${reason}`);
  }
});
