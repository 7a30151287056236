/** Kills a process when this one ends, however it does. */
export interface Guard {
  /** To be called when the process is gone; more than once does no harm. */
  release(): Promise<void>;
}

/** Guards a process of this one: it is killed, also while it is held still, when this process ends without releasing it. */
export function guardOf(pid: number): Guard {
  const child = new Deno.Command("sh", {
    args: ["-c", 'read -r _; kill -KILL "$1" 2>/dev/null', "guard", `${pid}`],
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let released: Promise<void> | undefined;
  return {
    async release() {
      released ??= end();
      await released;
    },
  };

  async function end(): Promise<void> {
    child.kill("SIGKILL");
    await child.stdin.abort().catch(() => {});
    await child.status;
  }
}
