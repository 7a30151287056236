import { z } from "zod";

/** Bells that a server may be started with: the one of its store, or one that never rings. */
export const BELLS = ["native", "silent"] as const;

/** What every process of a fault test is told. */
const nodeSettings = {
  name: z.string(),
  dataDir: z.string(),
  logPath: z.string(),
  slots: z.number().int(),
  tags: z.record(z.string(), z.string()),
};

const serverSettings = z.object({
  ...nodeSettings,
  role: z.literal("server"),
  httpAddr: z.string(),
  /** Address of the store; empty: a file in the data directory. */
  kv: z.string(),
  /** Whether it runs jobs too. */
  agent: z.boolean(),
  /** `native`: the one that the engine's profile names. `silent`: every ring is dropped. */
  bell: z.enum(BELLS),
  /** A file with the milliseconds that its clock is off, read at its start and at each SIGUSR2; none: it is right. */
  clockPath: z.string().nullable(),
});

const agentSettings = z.object({ ...nodeSettings, role: z.literal("agent"), join: z.array(z.string()) });

/** What a process of a fault test is told. */
export const nodeSettingsSchema = z.discriminatedUnion("role", [serverSettings, agentSettings]);
/** What a process of a fault test is told. */
export type NodeSettings = z.infer<typeof nodeSettingsSchema>;
/** What a server is told. */
export type ServerSettings = z.infer<typeof serverSettings>;
/** What an agent is told. */
export type AgentSettings = z.infer<typeof agentSettings>;
