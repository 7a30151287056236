import { type Context, ROOT_CONTEXT, type SpanContext, trace } from "@opentelemetry/api";

/**
 * The span that others belong under, as records and messages carry it: a `traceparent` of W3C Trace Context
 * (https://www.w3.org/TR/trace-context/#traceparent-header). Undefined where there is no trace.
 */
export type TraceParent = string | undefined;

const TRACE_PARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** A span as others name it. */
export function traceParentOf({ traceId, spanId, traceFlags }: SpanContext): TraceParent {
  if (/^0*$/.test(traceId)) return undefined;
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
}

/** The span that runs now: of the call that is being answered, or of the run that is being made. */
export function currentTrace(): TraceParent {
  const span = trace.getActiveSpan();
  return span === undefined ? undefined : traceParentOf(span.spanContext());
}

/** Where spans under a parent are made; without one, and under what is no `traceparent`, each begins a trace of its own. */
export function contextUnder(parent: TraceParent): Context {
  const [, traceId, spanId, flags] = TRACE_PARENT.exec(parent ?? "") ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
  });
}
