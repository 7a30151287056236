/** The engines a store can run on. */
export type EngineName = "embedded" | "memory" | "connect" | "etcd";

/** What one commit, value, read and watch may carry. */
export interface KvLimits {
  /** Checks in one commit. */
  checks: number;
  /** Sets and deletes in one commit. */
  mutations: number;
  /** Bytes of the keys and values of one commit. */
  commitBytes: number;
  /** Bytes of all keys of one commit, checked ones included. */
  commitKeyBytes: number;
  /** Bytes of one encoded key. */
  keyBytes: number;
  /** Bytes of one value. */
  valueBytes: number;
  /** Keys of one `getMany`. */
  getMany: number;
  /** Keys of one watch. */
  watchKeys: number;
}

/** What the rest of the program may know of its engine; every difference between engines is a field here. */
export interface Profile {
  name: EngineName;
  limits: KvLimits;
  /** Whether a commit can be applied and its answer lost; then each commit owns a slot that settles it. */
  answersCanBeLost: boolean;
  /** Whether a plain no is certain: no client and no store repeats a commit by itself, whose first try may have been applied. */
  refusalIsCertain: boolean;
  /** How wake-ups cross processes: the store's queue, a watched key, or not at all. */
  bell: "queue" | "watch" | "local";
  /** Whether this process alone can open the store, so that leadership needs no waiting. */
  soleWriter: boolean;
  /** Milliseconds after which a call to the store counts as hung. */
  deadlineMs: number;
  /** Merged commits sent before the first is answered. */
  commitsInFlight: number;
}

const DENO_KV_LIMITS: KvLimits = {
  checks: 100,
  mutations: 1000,
  commitBytes: 800 * 1024,
  commitKeyBytes: 80 * 1024,
  keyBytes: 2 * 1024,
  valueBytes: 64 * 1024,
  getMany: 10,
  watchKeys: 10,
};

/** The one table of differences between engines. */
export const PROFILES: Record<EngineName, Profile> = {
  embedded: {
    name: "embedded",
    limits: DENO_KV_LIMITS,
    answersCanBeLost: false,
    refusalIsCertain: true,
    bell: "queue",
    soleWriter: true,
    deadlineMs: 30_000,
    commitsInFlight: 2,
  },
  memory: {
    name: "memory",
    limits: DENO_KV_LIMITS,
    answersCanBeLost: false,
    refusalIsCertain: true,
    bell: "local",
    soleWriter: true,
    deadlineMs: 30_000,
    commitsInFlight: 2,
  },
  connect: {
    name: "connect",
    limits: { ...DENO_KV_LIMITS, checks: 10 },
    answersCanBeLost: true,
    refusalIsCertain: false, // a hosted store may repeat it
    bell: "watch",
    soleWriter: false,
    deadlineMs: 5_000,
    commitsInFlight: 16, // as a commit has few checks, many small ones take the place of a few large ones
  },
  etcd: {
    name: "etcd",
    limits: {
      ...DENO_KV_LIMITS,
      checks: 128,
      mutations: 128,
      commitBytes: 1_400_000,
      commitKeyBytes: 1_400_000,
      getMany: 100,
    },
    answersCanBeLost: true,
    refusalIsCertain: true,
    bell: "watch",
    soleWriter: false,
    deadlineMs: 5_000,
    commitsInFlight: 4,
  },
};
