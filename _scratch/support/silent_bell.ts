import type { Bell } from "../../src/bell/mod.ts";

/** A bell that drops every ring: with it the system must still converge, late but correct. */
export class SilentBell implements Bell {
  on(): Disposable {
    return { [Symbol.dispose]() {} };
  }

  ring(): void {}

  run(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  }
}
