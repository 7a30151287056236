/** Kills a process when this one ends, however it does. */
export interface Guard {
  /** To be called when the process is gone. */
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
  return {
    async release() {
      const isGone = await Promise.race([child.status.then(() => true), Promise.resolve(false)]);
      if (isGone) return;
      child.kill("SIGKILL");
      await child.stdin.abort().catch(() => {});
      await child.status;
    },
  };
}
