import { keepPreviousData, useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { Client, ListQuery } from "../../client/mod.ts";
import type { Role } from "../../model/mod.ts";
import { useData } from "./data.tsx";

/** What a reading of the server answers. */
type Reading<Name extends keyof Client> = Client[Name] extends (...given: never) => Promise<infer Answer> ? Answer
  : never;

/** Reads again when what it stands for has changed: `live.ts` knows by the first word of its key. */
function useReading<Answer>(
  key: readonly unknown[],
  read: (client: Client) => Promise<Answer>,
  options: { enabled?: boolean; refetchInterval?: number } = {},
): UseQueryResult<Answer> {
  const { client } = useData();
  return useQuery({ queryKey: key, queryFn: () => read(client), placeholderData: keepPreviousData, ...options });
}

/** A page of jobs, and how many there are. */
export const useJobs = (query: ListQuery): UseQueryResult<Reading<"jobs">> =>
  useReading(["jobs", query], (client) => client.jobs(query));

/** One job. */
export const useJob = (name: string): UseQueryResult<Reading<"job">> =>
  useReading(["job", name], (client) => client.job(name));

/** Which of a job's executions are read, newest first, and how much of the output of each. */
export interface ExecutionsWish {
  start?: number;
  end: number;
  /** Those that started where none are named. */
  states?: readonly string[];
  outputBytes?: number;
}

/** A page of a job's executions. */
export function useExecutions(name: string, wish: ExecutionsWish): UseQueryResult<Reading<"executions">> {
  const { start = 0, end, states = [], outputBytes = 0 } = wish;
  const query = Object.fromEntries([
    ["_start", String(start)],
    ["_end", String(end)],
    ["output_size_limit", String(outputBytes)],
    ...states.length > 0 ? [["state", states.join(",")]] : [],
  ]);
  return useReading(["job", name, "executions", query], (client) => client.executions(name, query));
}

/** One execution, with its output as far as a list shows it. */
export const useExecution = (name: string, id: string): UseQueryResult<Reading<"execution">> =>
  useReading(["job", name, "execution", id], (client) => client.execution(name, id));

/** How much of a timeline is read: the newest past times and the nearest ones ahead. */
const PAST = 200, AHEAD = 5;

/** A timeline is read again when its next time has passed, not before these many milliseconds. */
const TIMELINE_EACH_MS = 2_000;

/** What became of a job's due times around now, and what will, newest first: read again when the next one has come. */
export function useTimeline(name: string, spanMs: number): UseQueryResult<Reading<"timeline">> {
  const { client, clock } = useData();
  return useQuery({
    queryKey: ["job", name, "timeline", spanMs],
    queryFn: async () => {
      const nowMs = clock.now();
      const [past, ahead] = await Promise.all([
        client.timeline(name, { fromMs: nowMs - spanMs, toMs: nowMs, limit: PAST, isNewestFirst: true }),
        client.timeline(name, { fromMs: nowMs + 1, toMs: nowMs + spanMs, limit: AHEAD, isNewestFirst: false }),
      ]);
      return [...ahead.reverse(), ...past];
    },
    placeholderData: keepPreviousData,
    refetchInterval: ({ state: { data = [] } }) => {
      const next = data.findLast(({ dueAt }) => dueAt > clock.now());
      return next !== undefined && Math.max(TIMELINE_EACH_MS, next.dueAt - clock.now() + 1_000);
    },
  });
}

/** What a job was, newest first. */
export const useRevisions = (name: string): UseQueryResult<Reading<"revisions">> =>
  useReading(["job", name, "revisions"], (client) => client.revisions(name));

/** Times of a job that were refused. */
export const useGaps = (name: string): UseQueryResult<Reading<"gaps">> =>
  useReading(["job", name, "gaps"], (client) => client.gaps(name));

/** What runs, oldest first. */
export const useBusy = (): UseQueryResult<Reading<"busy">> => useReading(["busy"], (client) => client.busy());

/** What waits, and for what. */
export const useQueue = (job?: string): UseQueryResult<Reading<"queue">> =>
  useReading(["queue", job], (client) => client.queue(job === undefined ? {} : { job }));

/** The nodes. */
export const useMembers = (): UseQueryResult<Reading<"members">> =>
  useReading(["members"], (client) => client.members());

/** The name of the node that leads; an error while there is none. */
export const useLeader = (): UseQueryResult<string> => useReading(["members", "leader"], (client) => client.leader());

/** The pause of the cluster, null when there is none. */
export const useClusterPause = (): UseQueryResult<Reading<"clusterPause">> =>
  useReading(["cluster", "pause"], (client) => client.clusterPause());

/** Whether new jobs are refused. */
export const useRefusesJobs = (): UseQueryResult<boolean> =>
  useReading(["cluster", "refuses"], (client) => client.refusesJobs());

/** The server that answers. */
export const useAbout = (): UseQueryResult<Reading<"about">> => useReading(["about"], (client) => client.about());

/** The zone of a job: its own, or the cluster's where it names none. */
export function useZone(timezone: string): string {
  const { data: about } = useAbout();
  return timezone || about?.timezone || "UTC";
}

/** All who sign in with a password. */
export const useUsers = (): UseQueryResult<Reading<"users">> => useReading(["users"], (client) => client.users());

/** All secrets, without their values. */
export const useSecrets = (): UseQueryResult<Reading<"secrets">> =>
  useReading(["secrets"], (client) => client.secrets());

/** All tokens. */
export const useTokens = (): UseQueryResult<Reading<"tokens">> => useReading(["tokens"], (client) => client.tokens());

/** Who changed what, newest first. */
export const useAudit = (query: Parameters<Client["audit"]>[0]): UseQueryResult<Reading<"audit">> =>
  useReading(["audit", query], (client) => client.audit(query));

/** The next times of a schedule, and the schedule in words. */
export const usePreview = (schedule: string, timezone: string, n: number): UseQueryResult<Reading<"preview">> =>
  useReading(["preview", schedule, timezone, n], (client) => client.preview(schedule, timezone, n), {
    enabled: schedule.trim() !== "",
  });

/** How people may sign in, and who has. */
export const useSession = (): UseQueryResult<Reading<"session">> =>
  useReading(["session"], (client) => client.session());

/** What ran, runs, will run and did not. */
export const usePlan = (range: { fromMs: number; toMs: number; limit?: number }): UseQueryResult<Reading<"plan">> =>
  useReading(["plan", range], (client) => client.plan(range));

/** Who uses these pages. */
export const useMe = (): UseQueryResult<Reading<"whoami">> => useReading(["me"], (client) => client.whoami());

const RANKS: Readonly<Record<Role, number>> = { viewer: 1, operator: 2, editor: 3, admin: 4 };

/** Whether who uses these pages may do what asks for a role; false until that is known. */
export function useMay(role: Role): boolean {
  const { data: me } = useMe();
  return me !== undefined && RANKS[me.role] >= RANKS[role];
}
