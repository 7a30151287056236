/**
 * Traces of runs, by OpenTelemetry: from the due time or the call that started one, over queue and node, to its stored end.
 * They are made where Deno is told to (`OTEL_DENO=true`), and cost nothing elsewhere.
 * @module
 */
export * from "./parent.ts";
export * from "./span.ts";
