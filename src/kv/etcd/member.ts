import { Buffer } from "node:buffer";
import { Client, type ClientDuplexStream, Metadata, status } from "@grpc/grpc-js";
import type { Clock } from "../../runtime/mod.ts";
import type { Connecting } from "./tls.ts";

/** A stream of messages in both directions. */
export type MemberStream = ClientDuplexStream<Uint8Array, Uint8Array>;

const OPTIONS = {
  "grpc.max_receive_message_length": -1, // a page of a list may be large
  "grpc.enable_retries": 0, // whether a call may be repeated is not the connection's to decide
  "grpc.initial_reconnect_backoff_ms": 50,
  "grpc.min_reconnect_backoff_ms": 50,
  "grpc.max_reconnect_backoff_ms": 1_000,
  "grpc.keepalive_time_ms": 10_000, // members close connections that ask each 5 s and more often
  "grpc.keepalive_timeout_ms": 3_000,
};

/** How a call to a member failed, with gRPC's status. */
export class MemberError extends Error {
  override name = "MemberError";
  readonly address: string;
  /** A gRPC status, 4 (DEADLINE_EXCEEDED) when there was no answer in time. */
  readonly status: number;

  constructor(address: string, status: number, message: string) {
    super(message);
    this.address = address;
    this.status = status;
  }
}

/** The connection to one member of an etcd cluster; it connects when it is used, and again when it broke. */
export class Member {
  /** `host:port`. */
  readonly address: string;
  readonly #client: Client;
  readonly #clock: Clock;
  #trusted = new AbortController();

  constructor(address: string, { credentials, options }: Connecting, clock: Clock) {
    this.address = address;
    this.#clock = clock;
    this.#client = new Client(address, credentials, { ...OPTIONS, ...options });
  }

  /** Aborts when calls to this member fail, so that streams that hang on it are given up too. */
  get trusted(): AbortSignal {
    return this.#trusted.signal;
  }

  /** Gives up the streams of now; later ones are a new try. */
  distrust(): void {
    this.#trusted.abort();
    this.#trusted = new AbortController();
  }

  /** One call; throws a `MemberError` when it fails or has no answer within `ms` milliseconds. */
  async call(method: string, request: Uint8Array, token: string | undefined, ms: number): Promise<Uint8Array> {
    const answered = new AbortController();
    try {
      return await new Promise<Uint8Array>((resolve, reject) => {
        const call = this.#client.makeUnaryRequest(
          method,
          toBuffer,
          asBytes,
          request,
          metadataOf(token),
          {},
          (error, answer) => {
            if (answer) resolve(answer);
            else reject(new MemberError(this.address, error?.code ?? status.UNKNOWN, reasonOf(error?.details)));
          },
        );
        this.#clock.sleep(ms, answered.signal).then(() => {
          if (answered.signal.aborted) return;
          call.cancel();
          const late = `no answer within ${Math.round(ms)} ms`;
          reject(new MemberError(this.address, status.DEADLINE_EXCEEDED, late));
        });
      });
    } finally {
      answered.abort("answered");
    }
  }

  /** Opens a stream, which the member ends when it has no leader. */
  stream(method: string, token: string | undefined): MemberStream {
    return this.#client.makeBidiStreamRequest(method, toBuffer, asBytes, metadataOf(token), {});
  }

  close(): void {
    this.#client.close();
  }
}

/** gRPC's words, without what it wraps around the reason for a connection that failed. */
function reasonOf(details = "no answer"): string {
  const wrapped = /^No connection established\. Last error: (?:Error: )?(.*)\. Resolution note: *$/s.exec(details)?.[1];
  return (wrapped ?? details).replace(/ \(\d{4}-[^)]*Z\)$/, "");
}

/** A member that knows of no leader says so at once, and does not let the call wait for one. */
function metadataOf(token: string | undefined): Metadata {
  const metadata = new Metadata();
  metadata.set("hasleader", "true");
  if (token !== undefined) metadata.set("token", token);
  return metadata;
}

function toBuffer(message: Uint8Array): Buffer {
  return Buffer.from(message.buffer, message.byteOffset, message.length);
}

/** A plain view: what `slice` gives of a `Buffer` is no copy. */
function asBytes(message: Uint8Array): Uint8Array {
  return new Uint8Array(message.buffer, message.byteOffset, message.length);
}
