import { deepEqual, equal } from "node:assert/strict";
import type { CancelRequest } from "../model/mod.ts";
import { endOf } from "./run_end.ts";

const killed = { success: false, exitCode: null, reason: "signal: terminated" };
const stop = (kind: CancelRequest["kind"]): CancelRequest => ({ kind, by: "ann", reason: "why", at: 0 });

Deno.test("endOf() takes state and reason from the executor when nobody asked for an end", () => {
  deepEqual(endOf({ success: false, exitCode: 3, reason: "exit status 3" }, null), {
    state: "failed",
    exitCode: 3,
    reason: "exit status 3",
  });
  equal(endOf({ ...killed, timedOut: true }, null).state, "timed_out");
});

Deno.test("endOf() calls a success that came before the stop a success", () => {
  equal(endOf({ success: true, exitCode: 0, reason: null }, stop("cancel")).state, "success");
});

Deno.test("endOf() ends timed_out after a timeout, lost after a silence, and cancelled after any other request", () => {
  equal(endOf(killed, stop("timeout")).state, "timed_out");
  equal(endOf(killed, stop("lost")).state, "lost");
  for (const kind of ["cancel", "replace", "shutdown"] as const) {
    equal(endOf(killed, stop(kind)).state, "cancelled");
  }
  equal(endOf(killed, stop("cancel")).reason, "cancelled by ann: why");
});
