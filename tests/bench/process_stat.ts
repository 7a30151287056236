/** Clock ticks a second in /proc: fixed by the kernel's interface. */
const TICKS_PER_S = 100;

/** CPU time of a process, user and system, in milliseconds. */
export async function cpuMs(pid: number): Promise<number> {
  const stat = await cat(`/proc/${pid}/stat`);
  // The second field is the program's name, which may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 1000 / TICKS_PER_S;
}

/** Resident memory of a process, now and at its highest, in megabytes. */
export async function memoryMb(pid: number): Promise<{ now: number; peak: number }> {
  const status = await cat(`/proc/${pid}/status`);
  const read = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
  return { now: read("VmRSS"), peak: read("VmHWM") };
}

/** Deno reads /proc only with every permission, so another program does. */
async function cat(path: string): Promise<string> {
  const { success, stdout } = await new Deno.Command("cat", { args: [path], stderr: "null" }).output();
  if (!success) throw new Error(`Cannot read "${path}": the process is gone`);
  return new TextDecoder().decode(stdout);
}
