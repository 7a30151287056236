import { CarillonError, messageOf } from "../../runtime/mod.ts";
import { NotAppliedError } from "../not_applied.ts";

/** What `fetch` says when the two ends do not agree on TLS or on the certificate. */
const TLS_TROUBLE = /certificate|UnknownIssuer|InvalidContentType|tls handshake|corrupt message/i;
/** What it says when the other end closes at once, as one does that wants TLS. */
const HUNG_UP = /connection closed before message completed|connection reset/i;

/** A request that got no answer, as `unavailable`, or `invalid` when the two ends do not agree on TLS. */
export function failedFetch(store: string, thrown: unknown): CarillonError {
  if (thrown instanceof CarillonError) return thrown;
  const reason = reasonOf(thrown);
  if (TLS_TROUBLE.test(reason)) {
    return new NotAppliedError("invalid", `Cannot speak TLS with store "${store}": ${reason}`, { cause: thrown });
  }
  const hint = store.startsWith("http:") && HUNG_UP.test(reason) ? "; a server that wants TLS is https://…" : "";
  return new CarillonError("unavailable", `Cannot reach store "${store}": ${reason}${hint}`, { cause: thrown });
}

/** An answer that is no success. What a 4xx refuses was not applied; after a 5xx it may have been. */
export async function failedAnswer(store: string, answer: Response): Promise<CarillonError> {
  const text = (await answer.text().catch(messageOf)).slice(0, 200).trim();
  const said = `${answer.status}${text ? ` ${text}` : ""}`;
  switch (answer.status) {
    case 401:
    case 403:
      return new NotAppliedError("unauthorized", `Cannot use store "${store}": the access token is refused (${said})`);
    case 404:
    case 405:
      return new NotAppliedError("invalid", `Cannot use store "${store}": no KV Connect server is there (${said})`);
    case 400:
    case 413:
    case 422:
      return new NotAppliedError("invalid", `Cannot use store "${store}": it refuses a request (${said})`);
    default:
      return new CarillonError("unavailable", `Cannot use store "${store}": it answers ${said}`);
  }
}

/** The innermost reason that `fetch` gives, without the request's address. */
function reasonOf(thrown: unknown): string {
  if (thrown instanceof Error && thrown.cause instanceof Error) return reasonOf(thrown.cause);
  return messageOf(thrown).replace(/^error sending request for url \(.*?\): /, "");
}
