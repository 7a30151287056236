import type { PollAnswer, PollRequest, RegisterRequest, ReportAnswer, ReportRequest } from "../model/mod.ts";

/**
 * The server as an agent sees it, over HTTP or in the same process. Calls reject with a CarillonError; `unavailable`
 * means that the server was not heard and the call is to be tried again.
 */
export interface AgentServer {
  /** Says who this incarnation is; the former incarnation of the node is over from then on. */
  register(request: RegisterRequest, signal?: AbortSignal): Promise<unknown>;
  /** Asks for work; waits at the server for at most the request's `waitMs`. */
  poll(request: PollRequest, signal: AbortSignal): Promise<PollAnswer>;
  /** Tells what has happened; doing so twice changes nothing. */
  report(request: ReportRequest, signal?: AbortSignal): Promise<ReportAnswer>;
  /** Says that this incarnation takes no more and has nothing left. */
  leave(node: string, incarnation: string, signal?: AbortSignal): Promise<void>;
}
