import type {
  Actor,
  AuditQuery,
  ClusterPause,
  EventFilter,
  Execution,
  ExecutionQuery,
  Gap,
  Group,
  Job,
  JobDefinition,
  JobQuery,
  JobView,
  Node,
  Pause,
  Plan,
  PlanRange,
  PollAnswer,
  PollRequest,
  RegisterRequest,
  ReportAnswer,
  ReportRequest,
  Revision,
  Scope,
  SecretInfo,
  SecretReference,
  StoredAudit,
  TimelineEntry,
  TimelineRange,
  Token,
  User,
  Waiting,
  WaitingQuery,
} from "../src/model/mod.ts";
import type { Caller, KnownToken, NewApiToken, NewJoinToken, StoredToken, UserWish } from "../src/auth/mod.ts";
import type { EventBatch } from "../src/events/mod.ts";
import type { OutputEvent } from "../src/output/mod.ts";
import type { NewSecret, Rotation } from "../src/secret/mod.ts";
import type { Clock, Log } from "../src/runtime/mod.ts";

/** Reads of jobs, their results and history. */
export interface Views {
  /** Null when there is no such job. */
  job(name: string): Promise<JobView | null>;
  jobs(query: JobQuery): Promise<{ views: JobView[]; total: number }>;
  /** Null when there is no such job. */
  executions(job: string, query: ExecutionQuery): Promise<{ executions: Execution[]; total: number } | null>;
  execution(job: string, id: string): Promise<Execution | null>;
  /** Running on any node, oldest start first. */
  busy(): Promise<Execution[]>;
  /** Null when there is no such job. Newest first. */
  gaps(job: string): Promise<Gap[] | null>;
  /** All revisions of a job, newest first; null when there is no such job. */
  revisions(job: string): Promise<(Revision & { revision: number })[] | null>;
  /** Groups that ended well and badly on each of the last `days` UTC days, oldest first, `day` as YYYY-MM-DD. */
  days(days: number): Promise<{ day: string; success: number; failed: number }[]>;
}

/** Changes of definitions. */
export interface JobChanges {
  /**
   * Creates or replaces. `ifMatch` is ETags in their quotes, one of which the current job must have (`*`: it must exist).
   * Throws invalid, cycle, not_found (parent), stale, too_large, paused.
   */
  put(
    definition: JobDefinition,
    options: { ifMatch: string | null; restore: boolean },
    actor: Actor,
  ): Promise<{ job: Job; created: boolean }>;
  /** Throws not_found, has_dependents, stale. `cancel` stops running executions. */
  remove(name: string, options: { ifMatch: string | null; cancel: boolean }, actor: Actor): Promise<JobView>;
  toggle(name: string, options: { ifMatch: string | null }, actor: Actor): Promise<Job>;
  pause(name: string, pause: Omit<Pause, "from" | "by">, actor: Actor): Promise<Job>;
  unpause(name: string, actor: Actor): Promise<Job>;
  /** Stores many, parents first; one line a job: `success create a` or `fail create b`, as Dkron. */
  restore(definitions: readonly JobDefinition[], actor: Actor): Promise<string[]>;
  /** Removes ended executions and zeroes the counters. */
  clearHistory(name: string, actor: Actor): Promise<JobView>;
  refuseNewJobs(refuse: boolean, actor: Actor): Promise<void>;
  newJobsRefused(): Promise<boolean>;
}

/** Starts and ends by hand. */
export interface Runs {
  /** Throws not_found, disabled, overlap (recorded as a skipped execution), unavailable. */
  start(name: string, options: { force: boolean; idempotencyKey: string | null }, actor: Actor): Promise<Group>;
  /** Resolves with the ended group (its outcome null when history no longer says it), or as it is when `signal` aborts. */
  ended(group: Group, signal: AbortSignal): Promise<Group>;
  /** Asks for the end of an execution; answers it as it is now. Throws not_found; an ended one is answered as it is. */
  cancel(job: string, execution: string, reason: string, actor: Actor): Promise<Execution>;
}

/** Reads of output. */
export interface Outputs {
  /** Everything kept, with the mark between head and tail when some was dropped. */
  whole(execution: Execution): Promise<Uint8Array>;
  /** Pieces from number `from` on, live until the execution has ended or `signal` aborts. */
  follow(execution: Execution, from: number, signal: AbortSignal): AsyncIterable<OutputEvent>;
}

/** What agents call. */
export interface Agents {
  register(request: RegisterRequest, address: string, signal: AbortSignal): Promise<Node>;
  poll(request: PollRequest, signal: AbortSignal): Promise<PollAnswer>;
  report(request: ReportRequest): Promise<ReportAnswer>;
  leave(node: string, incarnation: string): Promise<void>;
}

/** Tokens, and whose they are. */
export interface Tokens {
  /** A token for the API. Throws `invalid` where its name has one. */
  create(wanted: NewApiToken, actor: Actor): Promise<string>;
  createJoin(wanted: NewJoinToken, actor: Actor): Promise<string>;
  /** `holder` is what the node came with. Throws `forbidden` where that was for one other node. */
  createForNode(node: Node, holder: KnownToken): Promise<string>;
  /** A new token for a node whose own is old; null for one that is well served. */
  renewed(holder: KnownToken): Promise<string | null>;
  all(): Promise<StoredToken[]>;
  /** Throws not_found. */
  revoke(id: string, actor: Actor): Promise<Token>;
  /** Throws unauthorized for none, for one that is not known, and for one that has expired. */
  holder(token: string | null): Promise<KnownToken>;
  /** Calls `tell` once when a token opens nothing any more, unless it is disposed before. */
  watch(token: string, tell: () => void): Disposable;
}

/** People who are signed in. */
export interface Sessions {
  /** Throws unauthorized for nobody. */
  holder(secret: string): Promise<Caller>;
  end(secret: string, actor: Actor): Promise<void>;
  /** Calls `tell` once when a session opens nothing any more, unless it is disposed before. */
  watch(secret: string, tell: () => void): Disposable;
}

/** Ways in for people; each answers the secret of a session. Throws unauthorized, forbidden, too_many. */
export interface SignIn {
  withToken(token: string, from: string): Promise<string>;
  withPassword(user: string, password: string, from: string): Promise<string>;
  /** Where a browser is to go, and what it keeps meanwhile. Throws not_found, unavailable. */
  beginOidc(redirectUri: string, to: string): Promise<{ url: string; flow: string }>;
  /** Throws unauthorized, forbidden, too_many, unavailable. */
  withOidc(answered: URL, kept: string, from: string): Promise<{ secret: string; to: string }>;
}

/** How much one caller may ask. Both throw too_many. */
export interface CallerLimits {
  admit(name: string): void;
  openStream(name: string): Disposable;
}

/** People who sign in with a password. */
export interface Users {
  all(): Promise<{ name: string; user: User }[]>;
  /** Throws invalid for a new one without a password. */
  put(name: string, wanted: UserWish, actor: Actor): Promise<User>;
  /** Throws not_found. */
  remove(name: string, actor: Actor): Promise<User>;
}

/** Secrets: never their values. */
export interface Secrets {
  /** By name. */
  all(): Promise<SecretInfo[]>;
  /** Throws `invalid` where this server has no key. */
  put(name: string, wanted: NewSecret, actor: Actor): Promise<SecretInfo>;
  /** Answers what it was. Throws not_found. */
  remove(name: string, actor: Actor): Promise<SecretInfo>;
  /** Encrypts all with this server's first key. Throws `invalid` where it has none. */
  rotate(actor: Actor): Promise<Rotation>;
  /** Of the secrets that a job names, those that are not there. Throws `forbidden` for one that is not for the job. */
  missingIn(definition: JobDefinition): Promise<SecretReference[]>;
}

/** What became of due times. */
export interface Timelines {
  /** Null when there is no such job. Throws invalid for a range that is none, or too long. */
  of(job: string, range: TimelineRange): Promise<{ entries: TimelineEntry[]; isCut: boolean } | null>;
}

/** What ran, runs, will run and did not. */
export interface Plans {
  /** Throws invalid for a range that is none, or too long. */
  of(range: PlanRange): Promise<Plan>;
}

/** What waits. */
export interface Queue {
  /** Oldest first; `isCut` says that there may be more. */
  of(query: WaitingQuery): Promise<{ waiting: Waiting[]; isCut: boolean }>;
}

/** What happens. */
export interface Events {
  /**
   * From after `last` on, which is the `next` of a batch, from now on where it is null; a reset says that some were missed.
   */
  follow(last: string | null, filter: EventFilter, scope: Scope | null, signal: AbortSignal): AsyncIterable<EventBatch>;
}

/** Figures for Prometheus. */
export interface Metrics {
  /** In the text format 0.0.4. */
  text(): Promise<string>;
}

/** Who changed what. */
export interface Audit {
  /** Newest first. */
  list(query: AuditQuery): Promise<StoredAudit[]>;
}

/** A node, and what this server knows of it. */
export interface Member {
  node: Node;
  state: "alive" | "failed" | "left";
  /** For how long nothing was heard of it, in milliseconds; null where it was never heard. */
  silentMs: number | null;
}

/** This node and its cluster. */
export interface Cluster {
  readonly nodeName: string;
  readonly version: string;
  nodes(): Promise<Member[]>;
  /** Lets a node drain or take work again; answers it. Throws not_found. */
  drain(name: string, draining: boolean, actor: Actor): Promise<Member>;
  /** Takes it that a silent node is dead: what it had is over. Throws not_found, invalid for a live one. */
  declareDead(name: string, actor: Actor): Promise<Member>;
  /** Name of the node that leads; null when there is none now. */
  leader(): Promise<string | null>;
  /** Starts nothing in the whole cluster, from now on; again, it changes policy, note and end. Throws invalid. */
  pause(pause: Omit<ClusterPause, "from" | "by">, actor: Actor): Promise<ClusterPause>;
  /** Ends the pause of the cluster; does nothing when there is none. */
  unpause(actor: Actor): Promise<void>;
  /** The pause of the cluster that is on; null when none is. */
  paused(): Promise<ClusterPause | null>;
  /** Stops scheduling and running here, then the process. */
  leave(actor: Actor): Promise<void>;
  /** Throws unavailable when the store does not answer. */
  ready(): Promise<void>;
}

/** Everything that the HTTP edge is handed. */
export interface AppDeps {
  views: Views;
  jobs: JobChanges;
  runs: Runs;
  outputs: Outputs;
  agents: Agents;
  tokens: Tokens;
  sessions: Sessions;
  signIn: SignIn;
  users: Users;
  limits: CallerLimits;
  /** Who else may say who somebody is; null for nobody. */
  oidc: { name: string } | null;
  secrets: Secrets;
  audit: Audit;
  timelines: Timelines;
  events: Events;
  queue: Queue;
  plans: Plans;
  metrics: Metrics;
  /** Whether who calls the API or an agent's path needs a token. */
  asksTokens: boolean;
  /** Whether an agent needs a certificate. */
  asksCertificates: boolean;
  cluster: Cluster;
  log: Log;
  now: () => number;
  /** For heartbeats of live output. */
  sleep: Clock["sleep"];
  /** Zone of jobs that name none. */
  defaultTimezone: string;
  /** Bad fields of a job's executor_config; null when there is no such executor. */
  executorIssues: (
    executor: string,
    config: Readonly<Record<string, unknown>>,
  ) => { path: string; message: string }[] | null;
  /** True when only loopback may talk to it: the Host and Origin rule applies. */
  loopbackOnly: boolean;
  /** Where people reach the pages, as an origin; null: where their requests say. */
  publicUrl: string | null;
}
