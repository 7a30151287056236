/** What stands where output was dropped. */
export function skippedLine(bytes: number): string {
  return `[… ${bytes} bytes skipped …]`;
}
