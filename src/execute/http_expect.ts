import { RE2JS } from "re2js";
import { invalid, messageOf } from "../runtime/mod.ts";
import type { CodeRange } from "../model/http_config.ts";

/** Where nothing is expected, these are: Dkron's "any status" let a 500 pass as success. */
const SUCCESS: readonly CodeRange[] = [{ first: 200, last: 399 }];

/** Whether a status is an expected one; with no expectation, whether it is 2xx or 3xx. */
export function codeExpected(status: number, expected: readonly CodeRange[]): boolean {
  const ranges = expected.length === 0 ? SUCCESS : expected;
  return ranges.some(({ first, last }) => first <= status && status <= last);
}

/** Whether a redirect itself is what the job waits for, so that it must not be followed. */
export function expectsRedirect(expected: readonly CodeRange[]): boolean {
  return expected.some(({ first, last }) => first < 400 && last >= 300);
}

/** A test of a text, by a regular expression in Go's syntax, in time linear to the text. Throws `invalid` for others. */
export function bodyTest(pattern: string): (body: string) => boolean {
  try {
    const compiled = RE2JS.compile(pattern);
    return (body) => compiled.matcher(body).find();
  } catch (thrown) {
    throw invalid(`is no regular expression in Go's syntax: ${messageOf(thrown)}`);
  }
}
