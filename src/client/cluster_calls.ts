import type { hc } from "hono/client";
import type { AppType } from "../../routes/mod.ts";
import { readMemberAnswer } from "../../routes/wire/read_answer.ts";
import { readPlanAnswer } from "../../routes/wire/plan_answer.ts";
import { readWaitingAnswer, type WaitingReport } from "../../routes/wire/queue_answer.ts";
import { readSessionAnswer, readUserAnswer, type UserBody, type UserReport } from "../../routes/wire/session_answer.ts";
import type { EventReport } from "../../routes/wire/event_answer.ts";
import { type EventPiece, readEventStream } from "./event_stream.ts";
import { readBody } from "./fetch.ts";
import { segment } from "./segment.ts";

/** The paths below `/v1`, typed. */
type Paths = ReturnType<typeof hc<AppType>>["v1"];

/** Where the paths are, and how they are reached. */
interface Reached {
  baseUrl: string;
  v1: Paths;
  fetch: (input: string, init?: RequestInit) => Promise<Response>;
}

/** Which events to follow. */
export interface EventWish {
  kinds?: readonly EventReport["kind"][];
  job?: string;
  /** What to go on after: the `next` of a piece. */
  last?: string;
  signal?: AbortSignal;
}

/** Calls that are about the whole cluster: what waits, what happens, who leads, who calls. */
export function clusterCalls({ baseUrl, v1, fetch }: Reached) {
  const body = <T>(response: { json(): Promise<T> }) => readBody(baseUrl, response);
  return {
    /** What waits and for what, oldest first; `isCut` says that there may be more. */
    async queue(query: { job?: string; limit?: string } = {}): Promise<{ waiting: WaitingReport[]; isCut: boolean }> {
      const response = await v1.queue.$get({ query });
      const isCut = response.headers.get("x-carillon-more") === "true";
      return { waiting: (await body(response)).map(readWaitingAnswer), isCut };
    },

    /** What happens, from now on or from after `last`, until `signal` aborts or the server ends it. */
    async *events({ kinds = [], job, last, signal }: EventWish = {}): AsyncGenerator<EventPiece> {
      const url = new URL(v1.events.$url());
      for (const kind of kinds) url.searchParams.append("kind", kind);
      if (job !== undefined) url.searchParams.set("job", job);
      const headers: Record<string, string> = last === undefined ? {} : { "last-event-id": last };
      const response = await fetch(String(url), { headers, signal });
      if (response.body) yield* readEventStream(response.body);
    },

    /** What ran, runs, will run and did not in a range of at most 8 days, over all jobs. Throws invalid. */
    async plan(range: { fromMs: number; toMs: number; limit?: number }) {
      const query = {
        from: new Date(range.fromMs).toISOString(),
        to: new Date(range.toMs).toISOString(),
        ...(range.limit === undefined ? {} : { limit: String(range.limit) }),
      };
      return readPlanAnswer(await body(await v1.plan.$get({ query })));
    },

    /** Says that a silent node is dead: what it had is over. Throws not_found, invalid for a live one. */
    async declareDead(name: string) {
      const param = { name: segment(name) };
      return readMemberAnswer(await body(await v1.members[":name"]["declare-dead"].$post({ param })));
    },

    /** The name of the node that leads. Throws unavailable when there is none now. */
    leader: async (): Promise<string> => (await body(await v1.leader.$get())).Name,

    /** This node's name and version. */
    async about() {
      const { agent, timezone } = await body(await v1.$get());
      return { ...agent, timezone };
    },

    /** Who calls, and what that one may do. */
    whoami: async () => await body(await v1.whoami.$get()),

    /** How people may sign in, and who has. */
    session: async () => readSessionAnswer(await body(await v1.session.$get())),

    /** Signs in, for the browser that this runs in: the answer sets a cookie. Throws unauthorized, too_many. */
    async signIn(how: { token: string } | { user: string; password: string }) {
      return readSessionAnswer(await body(await v1.session.$post({}, { init: { body: JSON.stringify(how) } })));
    },

    /** Signs out. */
    signOut: async () => readSessionAnswer(await body(await v1.session.$delete())),

    /** Who may sign in with a password, by name. */
    users: async (): Promise<UserReport[]> => (await body(await v1.users.$get())).map(readUserAnswer),

    /** Creates or changes a user; the password stays where none is given. Throws invalid. */
    async putUser(name: string, wanted: UserBody): Promise<UserReport> {
      const user = v1.users[":user"];
      const init = { body: JSON.stringify(wanted) };
      return readUserAnswer(await body(await user.$put({ param: { user: segment(name) } }, { init })));
    },

    /** Deletes a user, who is signed in no more. Throws not_found. */
    async removeUser(name: string): Promise<UserReport> {
      return readUserAnswer(await body(await v1.users[":user"].$delete({ param: { user: segment(name) } })));
    },

    /** Whether new jobs are refused. */
    refusesJobs: async (): Promise<boolean> => (await body(await v1.pause.$get())).paused,

    /** Refuses new jobs, or takes them again. */
    async refuseJobs(refuse: boolean): Promise<void> {
      await body(await (refuse ? v1.pause : v1.unpause).$post());
    },
  };
}
