import { readErrorAnswer, unreachable } from "../../routes/wire/error_answer.ts";

/** The web's `fetch`, or `app.request` of a server in this process. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Response | Promise<Response>;

/** Where a client speaks to, and through what. */
export interface ClientOptions {
  /** Without `/v1`: `http://localhost:8080`. */
  baseUrl: string;
  fetch: Fetch;
}

/**
 * A fetch that answers good news only: anything else is thrown as a CarillonError with the code and issues of the
 * answer, and what never got an answer as `unavailable`.
 */
export function strictFetch(
  options: ClientOptions,
): (input: string | URL | Request, init?: RequestInit) => Promise<Response> {
  return async (input, init) => {
    const response = await reach(options, input, init);
    if (response.ok) return response;
    throw readErrorAnswer(response.status, await response.text().catch(() => ""));
  };
}

async function reach(options: ClientOptions, input: string | URL | Request, init?: RequestInit): Promise<Response> {
  try {
    return await options.fetch(input, init);
  } catch (cause) {
    throw unreachable(options.baseUrl, cause);
  }
}

/** The parsed body of an answer; what is cut short or no JSON is `unavailable`. */
export async function readBody<T>(baseUrl: string, response: { json(): Promise<T> }): Promise<T> {
  try {
    return await response.json();
  } catch (cause) {
    throw unreachable(baseUrl, cause);
  }
}
