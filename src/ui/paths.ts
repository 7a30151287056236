/** Where a job is shown, below `/ui`; `tab` is one of its parts. */
export function jobPath(name: string, tab?: string): string {
  return `/jobs/${encodeURIComponent(name)}${tab ? `?tab=${tab}` : ""}`;
}

/** Where a job is changed. */
export function editPath(name: string): string {
  return `/jobs/${encodeURIComponent(name)}/edit`;
}

/** Where one run of a job is shown. */
export function executionPath(job: string, id: string): string {
  return `/jobs/${encodeURIComponent(job)}/executions/${encodeURIComponent(id)}`;
}
