import type { Job } from "../model/mod.ts";
import { CarillonError } from "../runtime/mod.ts";
import type { Entry } from "../store/mod.ts";

/** The ETag of a job: changes with each revision, and with a job made anew. */
function etagOf(job: Job): string {
  return `"${job.uid}-${job.revision}"`;
}

/** Throws `stale` unless a job has one of the ETags that are asked for. */
export function mustMatch(entry: Entry<Job>, name: string, ifMatch: string | null): void {
  if (ifMatch === null) return;
  const tags = ifMatch.split(",").map((tag) => tag.trim());
  if (entry.value !== null && (tags.includes("*") || tags.includes(etagOf(entry.value)))) return;
  const now = entry.value === null ? "there is no such job" : `its ETag is ${etagOf(entry.value)} now`;
  throw new CarillonError("stale", `Cannot change job "${name}": ${now}`);
}

/** The error of a job that does not exist. */
export function notFound(name: string): CarillonError {
  return new CarillonError("not_found", `Cannot find job "${name}"`);
}
