import { hc } from "hono/client";
import { z } from "zod";
import type { AppType } from "../../routes/mod.ts";
import {
  type ExecutionReport,
  type MemberReport,
  readClusterPauseAnswer,
  readExecutionAnswer,
  readGapAnswer,
  readJobAnswer,
  readMemberAnswer,
  readPreviewAnswer,
} from "../../routes/wire/read_answer.ts";
import type { JobAnswer } from "../../routes/wire/job_answer.ts";
import { readAuditAnswer, readRevisionAnswer } from "../../routes/wire/audit_answer.ts";
import { readTimelineAnswer, type TimelineReport } from "../../routes/wire/timeline_answer.ts";
import { readTokenAnswer, tokenBody, type TokenReport } from "../../routes/wire/token_answer.ts";
import {
  type ClusterPause,
  type Gap,
  type JobView,
  type Outcome,
  OUTCOMES,
  type Role,
  type TimelineRange,
} from "../model/mod.ts";
import { type ClientOptions, readBody, strictFetch } from "./fetch.ts";
import { clusterCalls } from "./cluster_calls.ts";
import { readOutputEvents } from "./output_events.ts";
import { segment } from "./segment.ts";
import { secretCalls } from "./secret_calls.ts";

/** A job with the entity tag of its revision, to be given back as `ifMatch`. */
export interface JobResult {
  view: JobView;
  /** The answer itself, in the API's own words: for showing, editing and giving back. */
  json: unknown;
  etag: string;
  /** What the server ignored or doubts. */
  warning: string | null;
}

/** What a run started, and how it ended where that is known. */
export interface RunResult extends JobResult {
  group: string;
  /** Null while it has not ended; `unknown` when it has, and its history no longer says how. */
  outcome: Outcome | "unknown" | null;
}

/** A token for the API that is to be made; `lifetime` is a duration, or days as `90d`. */
export interface NewToken {
  name: string;
  role: Role;
  jobs: string[];
  metadata: Record<string, string>;
  lifetime: string | null;
}

/** A token to join with that is to be made. */
export interface NewJoinToken {
  /** The tags that a node may claim, `*` for any value; null: any tags. */
  tags: Record<string, string> | null;
  once: boolean;
  lifetime: string | null;
}

/** An answer of one job. */
interface JobResponse {
  headers: Headers;
  json(): Promise<JobAnswer>;
}

/** What a list asks for, in the API's own words (`_sort`, `q`, `metadata[a]`, …). */
export type ListQuery = Readonly<Record<string, string>>;

/** The typed client of the API: for the CLI, the UI and tests. Every call throws a CarillonError. */
export type Client = ReturnType<typeof createClient>;

/**
 * A client on the types of the server's own routes. Bodies of jobs are sent as they are: they are read as Dkron's, whose
 * leniency no type tells.
 *
 * @example
 * ```ts
 * import { createClient } from "./client.ts";
 * const client = createClient({ baseUrl: "http://localhost:8080", fetch });
 * ```
 */
export function createClient(options: ClientOptions) {
  const fetch = strictFetch(options);
  const { v1 } = hc<AppType>(options.baseUrl, { fetch });
  const job = v1.jobs[":job"];
  const execution = job.executions[":execution"];
  const body = <T>(response: { json(): Promise<T> }) => readBody(options.baseUrl, response);
  const total = (response: { headers: Headers }) => Number(response.headers.get("x-total-count") ?? 0);

  return {
    ...clusterCalls({ baseUrl: options.baseUrl, v1, fetch }),

    /** Jobs that a query asks for, and how many there are beyond the page. */
    async jobs(query: ListQuery = {}): Promise<{ views: JobView[]; total: number; json: unknown }> {
      const response = await v1.jobs.$get({ query });
      const json = await body(response);
      return { views: json.map(readJobAnswer), total: total(response), json };
    },

    /** One job. Throws not_found. */
    job: async (name: string) => await jobResult(options, await job.$get({ param: jobParam(name) })),

    /** Creates or replaces a job from a body of the API; unknown keys are refused when `strict`. */
    async apply(definition: unknown, how: { strict: boolean; ifMatch?: string }): Promise<JobResult> {
      const headers = ifMatch(how.ifMatch);
      const query = how.strict ? { strict: "true" } : {};
      const init = { body: JSON.stringify(definition) };
      return await jobResult(options, await v1.jobs.$post({ query }, { headers, init }));
    },

    /** Starts a job; with `wait`, answers when what it started has ended. */
    async run(name: string, how: { wait: boolean; force: boolean; idempotencyKey?: string }): Promise<RunResult> {
      const query = { ...(how.wait ? { wait: "true" } : {}), ...(how.force ? { force: "true" } : {}) };
      const headers: Record<string, string> = how.idempotencyKey ? { "idempotency-key": how.idempotencyKey } : {};
      const response = await job.run.$post({ param: jobParam(name), query }, { headers });
      const told = response.headers.get("x-carillon-outcome");
      const outcome = ([...OUTCOMES, "unknown"] as const).find((each) => each === told) ?? null;
      return { ...await jobResult(options, response), group: response.headers.get("x-carillon-group") ?? "", outcome };
    },

    /** Disables an enabled job, enables a disabled one. */
    toggle: async (name: string) => await jobResult(options, await job.toggle.$post({ param: jobParam(name) })),

    /** Deletes a job; with `cancel` its running executions are stopped. Answers it as it was. */
    async remove(name: string, how: { cancel: boolean; ifMatch?: string }): Promise<JobResult> {
      const query = how.cancel ? { cancel: "true" } : {};
      const response = await job.$delete({ param: jobParam(name), query }, { headers: ifMatch(how.ifMatch) });
      return await jobResult(options, response);
    },

    /** Holds back a job's due times; `policy` says what becomes of them. */
    async pause(name: string, how: { policy: "skip" | "last" | "all"; note: string }): Promise<JobResult> {
      const init = { body: JSON.stringify(how) };
      return await jobResult(options, await job.pause.$post({ param: jobParam(name) }, { init }));
    },

    /** Ends a job's pause. */
    unpause: async (name: string) => await jobResult(options, await job.unpause.$post({ param: jobParam(name) })),

    /** Executions of a job, newest first unless the query says otherwise. */
    async executions(name: string, query: ListQuery = {}): Promise<{ executions: ExecutionReport[]; total: number }> {
      const response = await job.executions.$get({ param: jobParam(name), query });
      return { executions: (await body(response)).map(readExecutionAnswer), total: total(response) };
    },

    /** One execution with its whole output. */
    async execution(name: string, id: string): Promise<ExecutionReport> {
      return readExecutionAnswer(await body(await execution.$get({ param: executionParam(name, id) })));
    },

    /** What is running, oldest first. */
    async busy(): Promise<ExecutionReport[]> {
      return (await body(await v1.busy.$get())).map(readExecutionAnswer);
    },

    /** Asks for the end of an execution; answers it as it is now. */
    async cancel(name: string, id: string, reason: string): Promise<ExecutionReport> {
      const init = { body: JSON.stringify({ reason }) };
      return readExecutionAnswer(
        await body(await execution.cancel.$post({ param: executionParam(name, id) }, { init })),
      );
    },

    /** The bytes of an execution's output as they stand. */
    async output(name: string, id: string): Promise<Uint8Array> {
      return await (await execution.output.$get({ param: executionParam(name, id) })).bytes();
    },

    /** Live output, from after `lastId` on, until the execution has ended. */
    async *follow(name: string, id: string, how: { lastId?: number; signal?: AbortSignal } = {}) {
      const headers: Record<string, string> = how.lastId === undefined ? {} : { "last-event-id": String(how.lastId) };
      const url = execution.output.$url({ param: executionParam(name, id) });
      const response = await fetch(`${url}?follow=true`, { headers, signal: how.signal });
      if (response.body) yield* readOutputEvents(response.body);
    },

    /** Stores the jobs of a Dkron export, a JSON array; answers a line for each. */
    async restore(file: string): Promise<string[]> {
      const form = new FormData();
      form.set("file", new Blob([file]), "jobs.json");
      const text = await body(await v1.restore.$post({}, { init: { body: form } }));
      return z.array(z.string()).parse(JSON.parse(text));
    },

    /** Due times of a job that were refused, newest first. */
    async gaps(name: string): Promise<Gap[]> {
      return (await body(await job.gaps.$get({ param: jobParam(name) }))).map(readGapAnswer);
    },

    /** What became of a job's due times, or will, in the order asked for. Throws not_found, invalid. */
    async timeline(name: string, range: TimelineRange): Promise<TimelineReport[]> {
      const query = {
        from: new Date(range.fromMs).toISOString(),
        to: new Date(range.toMs).toISOString(),
        limit: String(range.limit),
        order: range.isNewestFirst ? "newest" as const : "oldest" as const,
      };
      const response = await job.timeline.$get({ param: jobParam(name), query });
      return (await body(response)).map(readTimelineAnswer);
    },

    /** Who changed what, newest first. Throws invalid. */
    async audit(query: { target?: string; by?: string; action?: string; since?: string; limit?: string }) {
      return (await body(await v1.audit.$get({ query }))).map(readAuditAnswer);
    },

    /** A job's revisions, newest first, each with what it changed. Throws not_found. */
    async revisions(name: string) {
      return (await body(await job.revisions.$get({ param: jobParam(name) }))).map(readRevisionAnswer);
    },

    /** Defines a job as it was in a revision. Throws not_found. */
    async revert(name: string, revision: number): Promise<JobResult> {
      const param = { ...jobParam(name), revision: String(revision) };
      return await jobResult(options, await job.revisions[":revision"].restore.$post({ param }));
    },

    /** The next `n` times of a schedule, the schedule in words, notes. */
    async preview(schedule: string, timezone: string, n: number) {
      const response = await v1.schedules.preview.$get({ query: { schedule, timezone, n: String(n) } });
      return readPreviewAnswer(await body(response));
    },

    /** Lets a node take no more work, or take work again; answers it. Throws not_found. */
    async drain(name: string, draining: boolean): Promise<MemberReport> {
      const member = v1.members[":name"];
      const param = { name: segment(name) };
      return readMemberAnswer(
        await body(await (draining ? member.drain.$post({ param }) : member.undrain.$post({ param }))),
      );
    },

    /** The pause of the cluster that is on; null when none is. */
    async clusterPause(): Promise<ClusterPause | null> {
      return readClusterPauseAnswer(await body(await v1.cluster.pause.$get()));
    },

    /** Starts nothing in the whole cluster until it is ended, or until `to`. Throws invalid for an end that has passed. */
    async pauseCluster({ policy, note, to }: Omit<ClusterPause, "from" | "by">): Promise<ClusterPause | null> {
      const end = to === null ? null : new Date(to).toISOString();
      const init = { body: JSON.stringify({ policy, note, to: end }) };
      return readClusterPauseAnswer(await body(await v1.cluster.pause.$post({}, { init })));
    },

    /** Ends the pause of the cluster. */
    async unpauseCluster(): Promise<void> {
      await body(await v1.cluster.unpause.$post());
    },

    /** A new token for nodes to join with. */
    async createJoinToken(wanted: NewJoinToken): Promise<string> {
      const init = { body: JSON.stringify(tokenBody(wanted)) };
      return (await body(await v1["join-tokens"].$post({}, { init }))).token;
    },

    /** A new token for the API. Throws invalid where its name has one. */
    async createToken(wanted: NewToken): Promise<string> {
      return (await body(await v1.tokens.$post({}, { init: { body: JSON.stringify(tokenBody(wanted)) } }))).token;
    },

    /** All tokens, oldest first: whose they are. */
    tokens: async (): Promise<TokenReport[]> => (await body(await v1.tokens.$get())).map(readTokenAnswer),

    /** Lets a token open nothing any more. Throws not_found. */
    async revokeToken(id: string): Promise<TokenReport> {
      return readTokenAnswer(await body(await v1.tokens[":token"].$delete({ param: { token: segment(id) } })));
    },

    ...secretCalls(v1, body, segment),

    /** The nodes. */
    async members(): Promise<MemberReport[]> {
      return (await body(await v1.members.$get())).map(readMemberAnswer);
    },
  };
}

async function jobResult(options: ClientOptions, response: JobResponse): Promise<JobResult> {
  const json = await readBody(options.baseUrl, response);
  const etag = response.headers.get("etag") ?? "";
  return { view: readJobAnswer(json), json, etag, warning: response.headers.get("warning") };
}

/** The typed client puts parameters into paths as they are. */
function jobParam(job: string) {
  return { job: segment(job) };
}

function executionParam(job: string, execution: string) {
  return { job: segment(job), execution: segment(execution) };
}

function ifMatch(etag: string | undefined): Record<string, string> {
  return etag === undefined ? {} : { "if-match": etag };
}
