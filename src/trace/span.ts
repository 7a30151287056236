import { type Attributes, context, type Span as OtelSpan, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { contextUnder, type TraceParent, traceParentOf } from "./parent.ts";

const tracer = trace.getTracer("carillon");

/** What a step of a run is called in traces, before the job's name. */
export type Step = "fire" | "start" | "wait" | "run" | "finish";

const KINDS: Readonly<Record<Step, SpanKind>> = {
  fire: SpanKind.PRODUCER,
  start: SpanKind.PRODUCER,
  wait: SpanKind.CONSUMER,
  run: SpanKind.INTERNAL,
  finish: SpanKind.INTERNAL,
};

/** Whose step a span tells of. */
export interface Traced {
  jobName: string;
  /** The span that it belongs under. */
  trace?: TraceParent;
}

/** When a step began, and what else is known of it: attributes are told as `carillon.exit_code` and the like. */
export interface SpanStart {
  /** Epoch milliseconds; absent: now. */
  startedAtMs?: number;
  /** What is null is left out. */
  attributes?: Readonly<Record<string, string | number | null>>;
}

/** Whether Deno makes traces: it is told so when it starts, and never later. */
const isTracing = traceParentOf(tracer.startSpan("is there a tracer").spanContext()) !== undefined;

/** One step of a run. What is never ended is never told. */
export class Span {
  /** Undefined where no traces are made. */
  readonly #span: OtelSpan | undefined;

  constructor(step: Step, { jobName, trace: parent }: Traced, { startedAtMs, attributes = {} }: SpanStart = {}) {
    if (!isTracing) return;
    this.#span = tracer.startSpan(`${step} ${jobName}`, {
      kind: KINDS[step],
      startTime: startedAtMs,
      attributes: { "carillon.job": jobName, ...named(attributes) },
    }, contextUnder(parent));
  }

  /** How others belong under it; undefined where no traces are made. */
  get parent(): TraceParent {
    return this.#span && traceParentOf(this.#span.spanContext());
  }

  /** Does work as a part of it: what that asks of others by HTTP is told as a part of it too, to them as well. */
  within<T>(work: () => T): T {
    return this.#span === undefined ? work() : context.with(trace.setSpan(context.active(), this.#span), work);
  }

  /** It ended now; `failure` says why, where it failed. */
  end(attributes: SpanStart["attributes"] = {}, failure: string | null = null): void {
    if (this.#span === undefined) return;
    this.#span.setAttributes(named(attributes));
    if (failure !== null) this.#span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
    this.#span.end();
  }
}

/** Names the request that is being answered, where traces are made: by its route, as addresses are many. */
export function nameRequest(name: () => string): void {
  trace.getActiveSpan()?.updateName(name());
}

function named(attributes: NonNullable<SpanStart["attributes"]>): Attributes {
  const known = Object.entries(attributes).filter(([, value]) => value !== null);
  return Object.fromEntries(known.map(([name, value]) => [`carillon.${snakeCase(name)}`, value ?? ""]));
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
