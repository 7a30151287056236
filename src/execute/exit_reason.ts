/** Signals as Go puts them into words, so that reasons read like Dkron's. */
const SIGNAL_WORDS: Partial<Record<Deno.Signal, string>> = {
  SIGHUP: "hangup",
  SIGINT: "interrupt",
  SIGQUIT: "quit",
  SIGILL: "illegal instruction",
  SIGTRAP: "trace/breakpoint trap",
  SIGABRT: "aborted",
  SIGBUS: "bus error",
  SIGFPE: "floating point exception",
  SIGKILL: "killed",
  SIGUSR1: "user defined signal 1",
  SIGSEGV: "segmentation fault",
  SIGUSR2: "user defined signal 2",
  SIGPIPE: "broken pipe",
  SIGALRM: "alarm clock",
  SIGTERM: "terminated",
  SIGXCPU: "CPU time limit exceeded",
  SIGXFSZ: "file size limit exceeded",
  SIGSYS: "bad system call",
};

/** How a process ended in words (`exit status 3`, `signal: killed`); null for exit code 0. */
export function exitReason(status: Deno.CommandStatus): string | null {
  if (status.signal !== null) return `signal: ${SIGNAL_WORDS[status.signal] ?? status.signal}`;
  return status.code === 0 ? null : `exit status ${status.code}`;
}
