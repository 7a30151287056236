/** One request, as every transport takes it. */
export interface HttpRequest {
  method: string;
  url: URL;
  headers: [string, string][];
  body: Uint8Array<ArrayBuffer> | undefined;
  signal: AbortSignal;
}

/** The answer to one request, as every transport gives it; its body is read once, or cancelled. */
export type HttpReply = Pick<Response, "status" | "statusText" | "headers" | "body" | "bytes">;

/** Sends one request and follows nothing; rejects when there is no answer. */
export type Send = (request: HttpRequest) => Promise<HttpReply>;
