/** What is wrong with a command line or its settings: a line for each fault. */
export class UsageError extends Error {
  override name = "UsageError";

  constructor(readonly faults: readonly string[]) {
    super(faults.join("\n"));
  }
}
