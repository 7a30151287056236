import project from "../../deno.json" with { type: "json" };
import { type Clock, type Issue } from "../runtime/mod.ts";
import { type HttpConfig, httpConfigSchema } from "../model/http_config.ts";
import { parseConfig, type Parsed, parseOption, reasonOfIssues } from "./config.ts";
import type { Executor, ExecutorContext, ExecutorResult } from "./executor.ts";
import { readBody } from "./http_body.ts";
import { HttpClients } from "./http_clients.ts";
import { DeniedAddresses } from "./http_deny.ts";
import { Deadline } from "./http_deadline.ts";
import { sendShowing } from "./http_debug.ts";
import { bodyTest, codeExpected, expectsRedirect } from "./http_expect.ts";
import { failureReason } from "./http_failure.ts";
import { sendFollowing } from "./http_redirect.ts";
import type { HttpReply, HttpRequest } from "./http_reply.ts";
import { readTlsOptions } from "./http_tls.ts";

const USER_AGENT = `Carillon/${project.version}`;

const encoder = new TextEncoder();

/** A config that can be run: its options read, and its `expectBody` compiled. */
type Call = HttpConfig & { bodyMatches: ((body: string) => boolean) | undefined };

/** Calls an address, and judges its answer. */
export class HttpExecutor implements Executor, Disposable {
  readonly name = "http";
  readonly #clock: Clock;
  readonly #clients: HttpClients;

  /** `denied` are addresses that no job may call. */
  constructor(deps: { clock: Clock; denied?: DeniedAddresses }) {
    this.#clock = deps.clock;
    this.#clients = new HttpClients(deps.denied ?? new DeniedAddresses([]));
  }

  validate(config: Readonly<Record<string, unknown>>): Issue[] {
    const call = readCall(config);
    return call.ok ? [] : call.issues;
  }

  async run(context: ExecutorContext): Promise<ExecutorResult> {
    const call = readCall(context.config);
    if (!call.ok) return failed(reasonOfIssues(this.name, call.issues));
    using deadline = new Deadline(this.#clock, call.value.timeoutMs, context.signal);
    try {
      return await this.#call(call.value, context, deadline.signal);
    } catch (thrown) {
      return deadline.result() ?? failed(failureReason(call.value.method, call.value.url, thrown));
    }
  }

  /** Closes the kept connections. */
  [Symbol.dispose](): void {
    this.#clients[Symbol.dispose]();
  }

  async #call(call: Call, context: ExecutorContext, signal: AbortSignal): Promise<ExecutorResult> {
    const write = (chunk: Uint8Array) => context.write(chunk);
    const tls = await readTlsOptions(call);
    const request = requestOf(call, signal);
    const plain = this.#clients.sender(request, tls);
    const send = call.debug ? sendShowing(plain, (text) => write(encoder.encode(text))) : plain;
    const reply = await (expectsRedirect(call.expectCode) ? send(request) : sendFollowing(send, request));
    const body = await readBody(reply, write, call.bodyMatches !== undefined);
    return judge(call, reply, body);
  }
}

function failed(reason: string): ExecutorResult {
  return { success: false, exitCode: null, reason };
}

function readCall(config: Readonly<Record<string, unknown>>): Parsed<Call> {
  const parsed = parseConfig(httpConfigSchema, config);
  if (!parsed.ok) return parsed;
  const { expectBody } = parsed.value;
  if (expectBody === undefined) return { ok: true, value: { ...parsed.value, bodyMatches: undefined } };
  const test = parseOption("expectBody", () => bodyTest(expectBody));
  return test.ok ? { ok: true, value: { ...parsed.value, bodyMatches: test.value } } : test;
}

/** The body goes as bytes, so that no content type is made up for it. */
function requestOf({ method, url, headers, body }: Call, signal: AbortSignal): HttpRequest {
  const named = headers.some(([name]) => name.toLowerCase() === "user-agent");
  return {
    method,
    url: new URL(url),
    headers: named ? headers : [...headers, ["User-Agent", USER_AGENT]],
    body: body === undefined ? undefined : encoder.encode(body),
    signal,
  };
}

function judge({ expectCode, bodyMatches }: Call, { status }: HttpReply, body: string): ExecutorResult {
  if (!codeExpected(status, expectCode)) {
    return failed(`received response code does not match the expected code: ${status}`);
  }
  if (bodyMatches && !bodyMatches(body)) return failed("received response body did not match the expected body");
  return { success: true, exitCode: null, reason: null };
}
