import fc from "fast-check";
import { jobBodySchema } from "../../../routes/wire/job_body.ts";

/** Nested so deep that what recurses over it without a bound fails. */
function nested(depth: number): unknown {
  return Array.from({ length: depth }).reduce<unknown>((inner) => ({ a: [inner] }), 1);
}

const TEXTS = [
  "",
  " ",
  "..",
  "../../etc/passwd",
  "\u0000",
  "\ud800",
  "\u202e\u0007\u001b[2J\r\n",
  "🦀".repeat(60),
  "x".repeat(10_000),
  "9".repeat(10_000),
  "1e999",
  "NaN",
  "-1s",
  "2562048h",
  "87600h",
  "9999-12-31T23:59:59Z",
  "9999-12-31T23:59:59-23:59",
  "0000-01-01T00:00:00+23:59",
  "2030-02-30T00:00:00Z",
  "@at 9999-12-31T23:59:59Z",
  "@every 1000000000000000h",
  "@every 1ns",
  "0 0 0 31 2 *",
  "* * * * * * 9999",
  "TZ=Mars/Base @daily",
  "Mars/Base",
  "__proto__",
  "constructor",
  "${secret:X}",
  "<script>alert(1)</script>",
];

/** Values that no field wants; what JSON cannot hold (`NaN`) is in `rawBody`. */
export const junk: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: fc.constantFrom<unknown>(...TEXTS), weight: 4 },
  {
    arbitrary: fc.constantFrom<unknown>(
      null,
      true,
      false,
      0,
      -1,
      1.5,
      1e9,
      2 ** 31,
      Number.MAX_SAFE_INTEGER,
      1e300,
      -1e300,
      [],
      {},
      [null],
      [[]],
      { toString: 1, valueOf: 1 },
      { length: 1e9 },
      JSON.parse('{"__proto__":{"a":1}}'),
      nested(10),
      nested(500),
      Array.from({ length: 500 }, () => "a"),
      Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, i])),
    ),
    weight: 4,
  },
  { arbitrary: fc.string({ unit: "binary", maxLength: 40 }), weight: 1 },
  { arbitrary: fc.jsonValue({ maxDepth: 3 }), weight: 1 },
);

/** Fields of a job, known ones and not. */
const FIELDS = [...Object.keys(jobBodySchema.shape), "Name", "id", "next", "unknown", "__proto__"];

/** A job that is stored as it is, with an option of each kind. */
export const VALID_JOB: Readonly<Record<string, unknown>> = {
  name: "good",
  schedule: "0 0 0 1 1 *",
  timezone: "Europe/Berlin",
  owner: "me",
  owner_email: "me@example.org",
  tags: { role: "web:1" },
  metadata: { a: "b" },
  retries: 2,
  processors: { log: { forward: "true" } },
  concurrency: "queue",
  executor: "shell",
  executor_config: { command: "true", timeout: "1m", env: "A=b" },
  starts_at: "2030-01-01T00:00:00Z",
  expires_at: "2040-01-01T00:00:00Z",
  timeout: "1h",
  misfire: { policy: "last", window: "1h", max: 5 },
  start_deadline: "1m",
  jitter: "1s",
  concurrency_key: "key",
  priority: 3,
  lost_after: "2m",
  grace: "5s",
  retention: { count: 5 },
};

/** A value with one of its parts, however deep, replaced. `JSON.parse` alone can give an object a `__proto__` of its own. */
function replaced(value: unknown, path: readonly string[], part: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return part;
  const before: Record<string, unknown> = typeof value === "object" && value !== null ? { ...value } : {};
  const after = Object.entries(before).filter(([each]) => each !== key);
  const text = [...after, [key, replaced(before[key], rest, part)] as const].map(([each, inner]) =>
    `${JSON.stringify(each)}:${JSON.stringify(inner) ?? "null"}`
  );
  return Array.isArray(value)
    ? value.map((each, i) => String(i) === key ? replaced(each, rest, part) : each)
    : JSON.parse(`{${text.join(",")}}`);
}

/** Paths of every part of a value. */
function pathsOf(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[key], ...pathsOf(inner).map((path) => [key, ...path])]);
}

/** A value with one to three of its parts replaced by junk. */
export function mutated(valid: unknown): fc.Arbitrary<unknown> {
  const change = fc.tuple(fc.constantFrom(...pathsOf(valid)), junk);
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) =>
    changes.reduce((value, [path, part]) => replaced(value, path, part), valid)
  );
}

/** A job with exactly one field changed, and which. */
export const oneBadField: fc.Arbitrary<{ field: string; body: unknown }> = fc.tuple(fc.constantFrom(...FIELDS), junk)
  .map(([field, part]) => ({ field, body: replaced(VALID_JOB, [field], part) }));

const VALID_TEXT = JSON.stringify(VALID_JOB);
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Bodies that are no JSON, or too big. */
export const rawBody: fc.Arbitrary<Uint8Array<ArrayBuffer>> = fc.oneof(
  { arbitrary: fc.nat(VALID_TEXT.length - 1).map((at) => bytesOf(VALID_TEXT.slice(0, at))), weight: 6 },
  { arbitrary: fc.uint8Array({ maxLength: 50 }).map((bytes) => new Uint8Array(bytes)), weight: 6 },
  {
    arbitrary: fc.constantFrom(
      ...[`${VALID_TEXT}x`, `${VALID_TEXT}\u0000`, "\ufeff{}", '{"name":NaN}', "1e999", '"good"', "null", "[]", "{}"]
        .map(bytesOf),
      new Uint8Array([...bytesOf('{"name":"a'), 0xff, 0xc0, ...bytesOf('"}')]),
      new Uint8Array([0xff, 0xfe, 0x7b, 0, 0x7d, 0]),
      bytesOf("[".repeat(100_000)),
      bytesOf('{"a":'.repeat(50_000)),
    ),
    weight: 6,
  },
  { arbitrary: fc.constant(new Uint8Array(2 << 20)), weight: 1 },
);
