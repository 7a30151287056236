import assert from "node:assert/strict";
import { httpConfigSchema } from "./http_config.ts";

const base = { method: "GET", url: "http://x/" };

Deno.test("httpConfigSchema waits 30 s, verifies peers and shows nothing by default", () => {
  const { timeoutMs, tlsNoVerifyPeer, debug, headers, expectCode } = httpConfigSchema.parse(base);
  assert.deepEqual({ timeoutMs, tlsNoVerifyPeer, debug }, { timeoutMs: 30_000, tlsNoVerifyPeer: false, debug: false });
  assert.deepEqual({ headers, expectCode }, { headers: [], expectCode: [] });
});

Deno.test("httpConfigSchema splits headers at the first colon, from text, array and object", () => {
  const pairs = [["A", "b:c"], ["D", ""]];
  for (const headers of ['["A: b:c","D:"]', ["A:b:c ", " D :"], { A: "b:c", D: "" }, '{"A":"b:c","D":[""]}']) {
    assert.deepEqual(httpConfigSchema.parse({ ...base, headers }).headers, pairs);
  }
});

Deno.test("httpConfigSchema reads codes, ranges and classes", () => {
  const ranges = [{ first: 200, last: 200 }, { first: 300, last: 304 }, { first: 500, last: 599 }];
  for (const expectCode of ["200, 300-304,5xx,", [200, "300-304", "5XX"]]) {
    assert.deepEqual(httpConfigSchema.parse({ ...base, expectCode }).expectCode, ranges);
  }
});

Deno.test("httpConfigSchema reads timeouts as whole seconds and as durations", () => {
  for (const [timeout, timeoutMs] of [["5", 5_000], [5, 5_000], ["0", 0], [0, 0], ["1m", 60_000], ["250ms", 250]]) {
    assert.equal(httpConfigSchema.parse({ ...base, timeout }).timeoutMs, timeoutMs);
  }
});
