import { isDeepStrictEqual } from "node:util";
import { parseAllDocuments } from "yaml";
import { readJob } from "../../routes/wire/read_job.ts";
import { type JobDefinition, parentsOf } from "../model/mod.ts";
import { messageOf } from "../runtime/mod.ts";

/** A job as a file has it. */
export interface FileJob {
  /** Which of the file's it is, for messages: `jobs.yaml, job 2`. */
  where: string;
  body: unknown;
  /** Null where it is no job that this version would take: the server says why. */
  definition: JobDefinition | null;
}

/** The jobs of a file, parents first, and what could not be read. */
export interface FileJobs {
  jobs: FileJob[];
  faults: string[];
}

/** Reads YAML (one document or many) or JSON, each document one job or a list of them. */
export function readJobFile(path: string, text: string): FileJobs {
  const source = path === "-" ? "standard input" : path;
  const documents = parseAllDocuments(text, { merge: true });
  const faults: string[] = [];
  const bodies: unknown[] = [];
  for (const document of documents) {
    try {
      const [error] = document.errors;
      if (error) throw error;
      bodies.push(document.toJS());
    } catch (thrown) {
      faults.push(`${source}: ${messageOf(thrown).trim()}`);
    }
  }
  const jobs = bodies.flat().filter((body) => body !== null).map((body, index) => ({
    where: `${source}, job ${index + 1}`,
    body,
    definition: definitionOf(body),
  }));
  if (jobs.length === 0 && faults.length === 0) faults.push(`${source}: holds no job`);
  return { jobs: parentsFirst(jobs), faults };
}

/** Whether a file's job is what the server has already. */
export function isSame(job: FileJob, stored: JobDefinition | undefined): boolean {
  if (job.definition === null || stored === undefined) return false;
  // A job that says nothing of its target keeps the one that was written into it.
  return isDeepStrictEqual({ ...job.definition, target: job.definition.target ?? stored.target }, stored);
}

/** Null for a job with unknown keys too: leaving it out as unchanged would hide them. */
function definitionOf(body: unknown): JobDefinition | null {
  try {
    const { definition, unknownKeys } = readJob(body, null);
    return unknownKeys.length === 0 ? definition : null;
  } catch {
    return null;
  }
}

/** The order in which a server takes them: a job's parents must be there before it. */
function parentsFirst(jobs: readonly FileJob[]): FileJob[] {
  const byName = new Map(jobs.map((job) => [job.definition?.name, job]));
  const ordered = new Set<FileJob>();
  const visit = (job: FileJob, path: ReadonlySet<FileJob>): void => {
    if (path.has(job)) return;
    for (const parent of job.definition ? parentsOf(job.definition) : []) {
      const known = byName.get(parent.job);
      if (known) visit(known, new Set([...path, job]));
    }
    ordered.add(job);
  };
  for (const job of jobs) visit(job, new Set());
  return [...ordered];
}
