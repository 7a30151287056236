/**
 * The `Executor` port and its implementations, `shell` and `http`: one run each, without knowledge of agents or stores.
 * @module
 */
import type { Clock, Log } from "../runtime/mod.ts";
import type { Executor } from "./executor.ts";
import { HttpExecutor } from "./http.ts";
import type { DeniedAddresses } from "./http_deny.ts";
import { ShellExecutor } from "./shell.ts";

export * from "./executor.ts";
export { DeniedAddresses } from "./http_deny.ts";
export { killSurvivors } from "./survivors.ts";

/** Every executor of this version, by its name in a job's `executor`; disposing closes the connections that they keep. */
export function createExecutors(
  deps: { clock: Clock; env: Readonly<Record<string, string>>; log: Log; denied?: DeniedAddresses },
): ReadonlyMap<string, Executor> & Disposable {
  const http = new HttpExecutor(deps);
  const byName = new Map<string, Executor>([["shell", new ShellExecutor(deps)], ["http", http]]);
  return Object.assign(byName, { [Symbol.dispose]: () => http[Symbol.dispose]() });
}
