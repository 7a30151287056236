import { z } from "zod";

const attributeSchema = z.object({
  key: z.string(),
  value: z.record(z.string(), z.unknown()).transform((value) => String(Object.values(value)[0])),
});

const attributesSchema = z.array(attributeSchema).default([]).transform((all) =>
  Object.fromEntries(all.map(({ key, value }) => [key, value]))
);

const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().default(""),
  name: z.string(),
  kind: z.number(),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
  attributes: attributesSchema,
  status: z.object({ code: z.number().default(0), message: z.string().default("") }).default({ code: 0, message: "" }),
});

const tracesSchema = z.object({
  resourceSpans: z.array(z.object({
    resource: z.object({ attributes: attributesSchema }),
    scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })),
  })),
});

/** A span that was received, and the service that told of it. */
export type ReceivedSpan = z.infer<typeof spanSchema> & { service: string };

/** Takes traces as a collector does: OTLP over HTTP, in JSON (https://opentelemetry.io/docs/specs/otlp/#otlphttp). */
export class OtlpReceiver implements AsyncDisposable {
  readonly spans: ReceivedSpan[] = [];
  readonly #http: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
      const body = await request.json();
      if (new URL(request.url).pathname === "/v1/traces") this.#take(body);
      return Response.json({});
    });
  }

  /** The environment of a process that sends its traces here, soon. */
  environment(service: string): Record<string, string> {
    return {
      OTEL_DENO: "true",
      OTEL_SERVICE_NAME: service,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${this.#http.addr.port}`,
      OTEL_BSP_SCHEDULE_DELAY: "200",
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#http.shutdown();
  }

  #take(body: unknown): void {
    for (const { resource, scopeSpans } of tracesSchema.parse(body).resourceSpans) {
      const service = resource.attributes["service.name"] ?? "";
      for (const { spans } of scopeSpans) this.spans.push(...spans.map((span) => ({ ...span, service })));
    }
  }
}
