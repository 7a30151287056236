import type { StopReason } from "./executor.ts";

/** What an aborted signal says; an abort that says nothing is a cancel with 10 s of grace. */
export function stopReasonOf(signal: AbortSignal): StopReason {
  const reason: unknown = signal.reason;
  return isStopReason(reason) ? reason : { kind: "cancel", graceMs: 10_000 };
}

function isStopReason(reason: unknown): reason is StopReason {
  return typeof reason === "object" && reason !== null && "kind" in reason && "graceMs" in reason &&
    (reason.kind === "cancel" || reason.kind === "timeout") && typeof reason.graceMs === "number";
}
