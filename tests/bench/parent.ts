/** Ends this process when the one that started it is gone, however that ended: the pipe to it closes then. */
export async function endWithParent(): Promise<void> {
  for await (const _ of Deno.stdin.readable);
  Deno.exit(1);
}
